/** Commands that show facts about a model, a config or the machine, and change nothing. */
package inkhorn.cli.inspect;
