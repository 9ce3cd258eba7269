/**
 * The program {@code train.jar}: one class per command, which declares its options, checks them and does the work. Only
 * this package and the packages below it print and choose exit codes. Here stand the commands that train and write;
 * those that look are in {@link inkhorn.cli.inspect}, those for data in {@link inkhorn.cli.data}, those for other
 * programs' models in {@link inkhorn.cli.exchange}. A command knows no other command; what several of them need lies in
 * {@link inkhorn.cli.context}, {@link inkhorn.cli.options}, {@link inkhorn.cli.terminal} and
 * {@link inkhorn.cli.machine}.
 *
 * <p>A new command is a class, a line in {@code Cli.commands} and its documentation.
 */
package inkhorn.cli;
