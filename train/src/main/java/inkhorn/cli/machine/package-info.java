/**
 * The machine and the JVM that training runs on: what they are, how fast they are, and what to change. {@code doctor}
 * shows it.
 */
package inkhorn.cli.machine;
