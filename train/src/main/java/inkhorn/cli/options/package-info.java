/**
 * Parts of the command line that several commands share: groups of options (picocli mixins), the checks of their
 * values, and the table of options that have no effect in combination with others.
 */
package inkhorn.cli.options;
