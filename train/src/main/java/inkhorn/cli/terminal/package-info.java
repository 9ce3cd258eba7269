/**
 * Input and output for people: progress bars and lines, tables, JSON, and the lines that a user types. This package
 * depends on no option and no command.
 */
package inkhorn.cli.terminal;
