/**
 * How the program starts and ends: the second JVM with its flags, the archive of classes and the starter scripts that
 * the build makes, logging, and signals. This package depends on no command.
 *
 * <p>The classes that the first JVM loads make every start slower: {@code Main}, {@link inkhorn.cli.launch.Relaunch}
 * and the classes that these use. They are marked "loaded by the first JVM". Such a class uses no picocli, no logging,
 * no lambda and no {@code +} on strings, because each of these takes milliseconds in a fresh JVM.
 */
package inkhorn.cli.launch;
