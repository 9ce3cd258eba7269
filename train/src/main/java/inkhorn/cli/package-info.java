/**
 * The program {@code train.jar}: one class per command, which declares its options, checks them and does the work. Only
 * this package and the packages below it print and choose exit codes. This package has the commands that train models
 * and generate text. The commands that look inside models are in {@link inkhorn.cli.inspect}, those for data in
 * {@link inkhorn.cli.data}, and those for models of other programs in {@link inkhorn.cli.exchange}. A command uses no
 * other command; code that several commands need is in {@link inkhorn.cli.context}, {@link inkhorn.cli.options},
 * {@link inkhorn.cli.terminal} and {@link inkhorn.cli.machine}.
 *
 * <p>A new command needs a class, a line in {@code Cli.commands} and documentation.
 */
package inkhorn.cli;
