package inkhorn.train.log;

import com.fasterxml.jackson.core.JsonProcessingException;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.data.files.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A process that trained, and the machine it ran on: a line of a run's {@code sessions.jsonl}. It is no part of
 * {@code metrics.jsonl}, whose content does not depend on how often a run was resumed.
 *
 * @param step           steps that were done when it began
 * @param started        UTC, as ISO 8601 has it
 * @param arguments      of the command line
 * @param version        Inkhorn's
 * @param java           the virtual machine's version and vendor
 * @param os             name, version and architecture
 * @param processor      the maker's name
 * @param processorModel what tells processors of one name apart; empty where not known
 * @param cores          processors that the process might use
 * @param memoryMib      the machine's; 0 where not known
 * @param heapMib        the most that Java's heap could become
 * @param kernels        which were chosen, and why
 * @param vectorBits     0 without the Vector API
 * @param threads        that computed
 */
public record Session(long step, String started, List<String> arguments, String version, String java, String os,
        String processor, String processorModel, int cores, long memoryMib, long heapMib, String kernels,
        int vectorBits, int threads) {

    /** In a run's directory. */
    public static final String FILE = "sessions.jsonl";

    /** Appends this one to a run's sessions, or begins anew with it. */
    void write(Path directory, boolean append) {
        Path file = directory.resolve(FILE);
        try {
            String before = append && Files.exists(file) ? Files.readString(file) : "";
            // A line that a kill has torn is ended, so that it costs no other.
            String text = (before.isEmpty() || before.endsWith("\n") ? "" : "\n") + Json.line(this);
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    append ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING);
        } catch (IOException e) {
            throw RunLog.failed(file, e);
        }
    }

    /** The sessions of a run in their order; none of a run that an earlier version made. Damaged lines are missing. */
    public static List<Session> read(Path directory) {
        Path file = directory.resolve(FILE);
        List<Session> sessions = new ArrayList<>();
        if (!Files.exists(file)) {
            return sessions;
        }
        try {
            for (String line : Files.readString(file, StandardCharsets.UTF_8).split("\n")) {
                try {
                    sessions.add(Json.MAPPER.readValue(line, Session.class));
                } catch (JsonProcessingException e) {
                    continue;
                }
            }
        } catch (IOException e) {
            throw CheckpointException.unreadable(file, e);
        }
        return sessions;
    }

    /** The machine in one line. */
    public String machine() {
        return processor + (processorModel.isEmpty() ? "" : " (" + processorModel + ")") + ", " + threads
                + (threads == 1 ? " thread" : " threads") + ", " + (vectorBits == 0 ? "scalar kernels"
                : "vectors of " + vectorBits + " bits") + ", Java " + java;
    }
}
