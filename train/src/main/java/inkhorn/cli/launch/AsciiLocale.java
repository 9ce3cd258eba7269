package inkhorn.cli.launch;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Handles a locale whose charset is ASCII, such as {@code LC_ALL=C} in most containers. With such a locale, Java
 * decodes every byte above 127 of an argument as U+FFFD, cannot open files with such names, and writes "?" for such
 * characters; no property changes this. So the arguments are read from the system as bytes. The second JVM receives
 * them in ASCII, with a UTF-8 locale. Loaded by the first JVM.
 */
public final class AsciiLocale {

    /** Set where {@link #escaped} wrote the arguments. */
    public static final String ESCAPED_PROPERTY = "inkhorn.escaped";

    public static final String REFUSAL =
            "the locale's charset is ASCII (LC_ALL=C or none), and the arguments or the working directory are not: set"
            + " LC_ALL=C.UTF-8 or another UTF-8 locale";

    private AsciiLocale() {
    }

    /** Whether this JVM has one. */
    static boolean isHere() {
        String charset = System.getProperty("sun.jnu.encoding", "");
        return charset.equals("ANSI_X3.4-1968") || charset.equals("US-ASCII") || charset.equals("ASCII");
    }

    /** Whether this JVM has one and these arguments, or the working directory, are beyond it. */
    public static boolean isTooNarrowFor(String[] args) {
        return isHere() && !(areAscii(args) && isAscii(System.getProperty("user.dir", "")));
    }

    /** Writes UTF-8 to standard output and standard error if the locale is ASCII. */
    public static void writeUtf8() {
        if (isHere()) {
            System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
        }
    }

    /**
     * The program's arguments as the user wrote them.
     *
     * @param args as the JVM decoded them
     * @throws CharacterCodingException if they are not UTF-8, or the system does not show its bytes
     */
    public static String[] arguments(String[] args) throws CharacterCodingException {
        if (System.getProperty(ESCAPED_PROPERTY) != null) {
            return unescaped(args);
        }
        return isHere() && !areAscii(args) ? decoded(commandLine(), args) : args;
    }

    /** The last arguments of a command line, which are the program's, by their bytes. */
    static String[] decoded(byte[] commandLine, String[] args) throws CharacterCodingException {
        String[] decoded = new String[args.length];
        int end = commandLine.length;
        for (int i = args.length - 1; i >= 0; i--) {
            int start = end - 1;
            while (start > 0 && commandLine[start - 1] != 0) {
                start--;
            }
            if (start < 0) {
                throw new CharacterCodingException();
            }
            decoded[i] = StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(commandLine, start, end - 1 - start)).toString();
            end = start;
        }
        return decoded;
    }

    private static byte[] commandLine() throws CharacterCodingException {
        try (FileInputStream in = new FileInputStream("/proc/self/cmdline")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new CharacterCodingException();
        }
    }

    /** In ASCII, for a command line that {@code ProcessBuilder} encodes as the locale demands. */
    static String[] escaped(String[] args) {
        String[] escaped = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            escaped[i] = URLEncoder.encode(args[i], StandardCharsets.UTF_8);
        }
        return escaped;
    }

    static String[] unescaped(String[] args) {
        String[] unescaped = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            unescaped[i] = URLDecoder.decode(args[i], StandardCharsets.UTF_8);
        }
        return unescaped;
    }

    static boolean areAscii(String[] words) {
        for (String word : words) {
            if (!isAscii(word)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAscii(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }
}
