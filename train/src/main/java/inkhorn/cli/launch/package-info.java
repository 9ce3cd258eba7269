/**
 * How the program starts and ends: the second JVM with its flags, the archive of classes and the starter scripts that
 * the build makes, logging, and signals. It knows no command.
 *
 * <p>A start pays twice for what the first JVM loads: {@code Main}, {@link inkhorn.cli.launch.Relaunch} and what these
 * use, marked "loaded by the first JVM". Such a class uses no picocli, no logging, no lambda and no {@code +} on
 * strings, each of which takes milliseconds in a fresh JVM.
 */
package inkhorn.cli.launch;
