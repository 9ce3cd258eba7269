/** What a command works with besides its options; a test gives it streams, signals and a machine of its own. */
package inkhorn.cli.context;
