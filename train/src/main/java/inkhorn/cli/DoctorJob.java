package inkhorn.cli;

import inkhorn.cli.machine.Advice;
import inkhorn.cli.machine.DoctorReport;
import inkhorn.cli.machine.Machine;
import inkhorn.cli.options.Engine;
import inkhorn.config.RunConfig;
import inkhorn.data.DataException;
import inkhorn.train.Models;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** {@code doctor}: examines the machine and prints what it found and advises; always succeeds, whatever there is to change. */
final class DoctorJob implements Job<DoctorCommand.Request> {

    /**
     * Where the data are not here to tell: more different characters than most texts have; what a vocabulary of characters takes is
     * little beside the layers.
     */
    private static final int CHARACTERS = 128;

    private final PrintStream out;
    private final Path dataSets;
    private final Function<Engine, Machine> examination;

    /**
     * Makes the job.
     *
     * @param dataSets {@code data/sets}
     * @param examination looks at the machine, with the engine's kernels in place
     */
    DoctorJob(PrintStream out, Path dataSets, Function<Engine, Machine> examination) {
        this.out = out;
        this.dataSets = dataSets;
        this.examination = examination;
    }

    @Override
    public int run(DoctorCommand.Request request) {
        request.engine().start();
        Machine machine = examination.apply(request.engine());
        Machine.Training training = request.config().map(this::training).orElse(null);
        List<String> advice = Advice.of(machine, training);
        out.print(request.json() ? DoctorReport.json(machine, training, advice) : DoctorReport.text(machine, training, advice));
        out.flush();
        return 0;
    }

    private Machine.Training training(RunConfig config) {
        long bytes = Models.trainingBytes(config.model(), vocabulary(config), config.train().batchSize());
        return new Machine.Training(config.run().name(), bytes >> 20);
    }

    private int vocabulary(RunConfig config) {
        try {
            return Vocabulary.of(config.data(), dataSets).size();
        } catch (DataException e) {
            return CHARACTERS;
        }
    }
}
