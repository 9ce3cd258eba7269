/**
 * What several commands have in common on the command line: groups of options (picocli mixins), the checks of their
 * values, and the table of options that have no effect beside others.
 */
package inkhorn.cli.options;
