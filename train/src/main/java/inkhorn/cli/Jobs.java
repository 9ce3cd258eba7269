package inkhorn.cli;

import inkhorn.cli.machine.MachineReader;
import inkhorn.cli.options.Engine;
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
 * @param describe shows a model's parameters and shapes
 * @param explain  shows why each token was chosen
 * @param neighbours shows which tokens are alike
 * @param attention shows where a model looks
 */
public record Jobs(Job<TrainCommand.Request> train, Job<SampleCommand.Request> sample, Job<ParityCommand.Request> parity,
                   Job<DoctorCommand.Request> doctor, Job<PrepareCommand.Request> prepare,
                   Job<InspectDataCommand.Request> inspect, Job<TokenizeCommand.Request> tokenize,
                   Job<DescribeCommand.Request> describe, Job<ExplainCommand.Request> explain, Job<NeighboursCommand.Request> neighbours,
                   Job<AttentionCommand.Request> attention) {

    private static final Path DATA_SETS = Path.of("data", "sets");

    /** The real ones. */
    static Jobs standard() {
        // In UTF-8, which System.out need not be: a table of pieces is text.
        PrintStream text = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        return new Jobs(
                new TrainJob(System.out),
                // Not System.out, which encodes as the locale has it: a text is UTF-8.
                new SampleJob(new FileOutputStream(FileDescriptor.out)),
                new ParityJob(System.out),
                new DoctorJob(System.out, DATA_SETS, engine -> MachineReader.read(engine.threads(), engine.kernels() == Engine.Kernels.SCALAR)),
                new PrepareJob(System.out),
                new InspectDataJob(System.out),
                new TokenizeJob(System.in, text, DATA_SETS),
                new DescribeJob(text, DATA_SETS),
                new ExplainJob(text),
                new NeighboursJob(text),
                new AttentionJob(text));
    }
}
