/** Commands that show something of a model, a config or the machine, and change nothing. */
package inkhorn.cli.inspect;
