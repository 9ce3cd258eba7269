/**
 * Input and output for people: progress bars and lines, tables, JSON, and the lines that a user types.
 * Nothing here knows an option or a command.
 */
package inkhorn.cli.terminal;
