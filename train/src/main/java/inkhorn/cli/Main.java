package inkhorn.cli;

import inkhorn.cli.launch.AsciiLocale;
import inkhorn.cli.launch.Relaunch;
import java.nio.charset.CharacterCodingException;

/** The program's entry point. Loaded by the first JVM, see {@link inkhorn.cli.launch}. */
public final class Main {

    private Main() {
    }

    /** Runs a command and exits: 0 done, 1 the run failed, 2 the user's input is wrong. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    private static int run(String[] args) {
        String[] words;
        try {
            words = AsciiLocale.arguments(args);
        } catch (CharacterCodingException e) {
            return refuse();
        }
        Integer code = Relaunch.run("inkhorn.cli.Main", words);
        if (code != null) {
            return code;
        }
        if (AsciiLocale.isTooNarrowFor(words)) {
            return refuse();
        }
        AsciiLocale.writeUtf8();
        return Cli.run(words);
    }

    private static int refuse() {
        System.err.println("error: ".concat(AsciiLocale.REFUSAL));
        return 2;
    }
}
