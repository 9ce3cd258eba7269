package inkhorn.cli;

import inkhorn.train.Parity;
import inkhorn.train.ParityReport;
import java.io.PrintStream;

/** {@code parity}: prints the table of differences; exit code 1 if one is out of bounds. */
final class ParityJob implements Job<ParityCommand.Request> {

    private final PrintStream out;

    ParityJob(PrintStream out) {
        this.out = out;
    }

    @Override
    public int run(ParityCommand.Request request) {
        request.engine().start();
        ParityReport report = Parity.run(request.directory());
        out.print(report.table());
        int failed = report.failures().size();
        out.println();
        out.println(failed == 0
                ? "all " + report.rows().size() + " comparisons within bounds"
                : failed + " of " + report.rows().size() + " comparisons out of bounds");
        out.flush();
        return failed == 0 ? 0 : Failure.RUN_FAILED;
    }
}
