package inkhorn.cli.options;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** A value only after {@code =}: in {@code --resume CONFIG} the second word is the config. */
public final class OnlyAttached implements IParameterPreprocessor {

    @Override
    public boolean preprocess(Stack<String> args, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
        if (" ".equals(info.get("separator"))) {
            args.push("");      // which becomes the value
        }
        return false;
    }
}
