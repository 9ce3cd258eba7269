package inkhorn.config;

import java.util.Map;

/** Values that are used instead of the defaults for keys that neither the file nor the command line gives. */
@FunctionalInterface
public interface Inherited {
    /** Leaves every key its default. */
    Inherited NOTHING = (run, initFrom) -> Map.of();

    /**
     * Asked once for a config.
     *
     * @param run      the run's section, complete
     * @param initFrom the value of {@code model.init_from}; null where it has none
     * @return values of the keys' types by dotted key; keys that are not in it have their defaults
     */
    Map<String, Object> values(RunIdentity run, String initFrom);
}
