package inkhorn.cli.options;

import inkhorn.config.ConfigKeys;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The keys of a config as options of a command, such as {@code --train.max_iters=200}. */
public final class ConfigOptions {

    private ConfigOptions() {
    }

    /** Makes every config key an option, so that picocli reads {@code --key=value} and {@code --key value} alike. */
    public static CommandLine addTo(CommandLine commandLine) {
        for (String key : ConfigKeys.names()) {
            commandLine.getCommandSpec()
                    .addOption(OptionSpec.builder("--" + key).type(String.class).hidden(true).build());
        }
        return commandLine;
    }

    /** The keys that were given to such a command, with their values as they were written. */
    public static Map<String, String> given(CommandSpec spec) {
        Map<String, String> overrides = new LinkedHashMap<>();
        for (String name : ConfigKeys.names()) {
            String value = spec.commandLine().getParseResult().matchedOptionValue("--" + name, null);
            if (value != null) {
                overrides.put(name, value);
            }
        }
        return overrides;
    }
}
