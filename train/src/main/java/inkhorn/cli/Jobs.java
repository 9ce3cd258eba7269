package inkhorn.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The work behind each command.
 *
 * @param train    trains or resumes a run
 * @param sample   writes text
 * @param parity   recomputes reference values
 * @param doctor   examines the machine
 * @param prepare  turns texts into prepared data
 * @param inspect  shows prepared data
 * @param tokenize shows tokens
 * @param attention shows where a model looks
 */
public record Jobs(Job<TrainCommand.Request> train, Job<SampleCommand.Request> sample, Job<ParityCommand.Request> parity,
                   Job<DoctorCommand.Request> doctor, Job<PrepareCommand.Request> prepare,
                   Job<InspectDataCommand.Request> inspect, Job<TokenizeCommand.Request> tokenize,
                   Job<AttentionCommand.Request> attention) {

    /** The real ones. */
    static Jobs standard() {
        return new Jobs(
                new TrainJob(System.out),
                // Not System.out, which encodes as the locale has it: a text is UTF-8.
                new SampleJob(new FileOutputStream(FileDescriptor.out)),
                new ParityJob(System.out),
                new DoctorJob(System.out, MachineReader::read),
                new PrepareJob(System.out),
                new InspectDataJob(System.out),
                // In UTF-8 as well: a table of pieces is text.
                new TokenizeJob(new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8), Path.of("data", "sets")),
                new AttentionJob(new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8)));
    }
}
