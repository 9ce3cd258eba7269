package inkhorn.cli.options;

import inkhorn.config.UserError;
import picocli.CommandLine.Option;

/** The line of a help that stands for all config keys; each is an option of its own, added by {@link ConfigOptions}. */
public final class KeyOption {
    @Option(names = "--KEY", paramLabel = "VALUE",
            description = "A config key, such as --train.max_iters=200: wins over the file.")
    private String key;

    /** @throws UserError where {@code --KEY} was given as it stands in the help */
    public void requireNotGiven() {
        if (key != null) {
            throw new UserError("--KEY: stands for a key of the config, such as --train.max_iters=200; docs/config.md"
                    + " lists them");
        }
    }
}
