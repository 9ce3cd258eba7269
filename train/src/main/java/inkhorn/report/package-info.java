/**
 * What runs have reached: read from their directories, compared with one another, drawn as curves and written as a
 * page.
 */
package inkhorn.report;
