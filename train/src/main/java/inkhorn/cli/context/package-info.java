/** The environment of a command: streams, signals and the machine. Tests replace it. */
package inkhorn.cli.context;
