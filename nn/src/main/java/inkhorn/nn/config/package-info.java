/**
 * What makes a record a config: keys that follow from the names of its components, checks of its values, and the
 * exception that names every wrong one. It knows no file and no model.
 */
package inkhorn.nn.config;
