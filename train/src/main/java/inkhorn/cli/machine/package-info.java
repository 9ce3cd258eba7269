/**
 * The machine and the JVM on which training runs: their properties, their speed, and advice on what to change.
 * {@code doctor} prints these.
 */
package inkhorn.cli.machine;
