package inkhorn.cli;

import inkhorn.autograd.Scope;
import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.autograd.kernel.vector.PeakProbe;
import inkhorn.cli.terminal.PromptLines;
import inkhorn.generate.Speed;
import inkhorn.generate.TrainedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** {@code sample}: the prompt and what the model makes of it, in UTF-8, each token as soon as it is chosen. */
final class SampleJob implements Job<SampleCommand.Request> {

    private static final double PROBE_SECONDS = 0.5;

    private final InputStream in;
    private final OutputStream out;

    SampleJob(OutputStream out) {
        this(System.in, out);
    }

    SampleJob(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public int run(SampleCommand.Request request) throws IOException {
        request.engine().start();
        TrainedModel trained = TrainedModel.open(request.from());
        TextWriter writer = new TextWriter(trained, request, this::write);
        try (Scope run = Scope.open()) {
            if (request.prompt().interactive()) {
                try (PromptLines lines = PromptLines.open(in, out)) {
                    PromptLoop.run(lines, writer, this::write);
                }
            } else {
                writer.write(request.prompt().read(in), () -> false);
            }
            if (request.stats()) {
                System.err.println(writer.speed().describe(bandwidth(writer.speed())));
            }
        } catch (UncheckedIOException e) {
            if (isReaderGone(e.getCause())) {
                return 0;
            }
            throw e;
        }
        return 0;
    }

    /**
     * Of reading as much as a step does, so that what caches hold of the model they hold here too, as far as the heap allows. A limit
     * that the steps have exceeded is measured once more: other programs worked beside the first measurement.
     */
    private static double bandwidth(Speed speed) {
        if (speed.bytesOfStep() == 0) {
            return 0;
        }
        long bytes = Math.min(speed.bytesOfStep(), Runtime.getRuntime().maxMemory() / 4);
        try (PeakProbe probe = new PeakProbe(KernelProvider.kernels().threads())) {
            double measured = probe.readBytesPerSecond(bytes, PROBE_SECONDS);
            return measured >= speed.bytesPerSecond() ? measured : probe.readBytesPerSecond(bytes, PROBE_SECONDS);
        }
    }

    /** As after {@code | head}: whoever reads has enough, which is no failure. */
    private static boolean isReaderGone(IOException e) {
        return "Broken pipe".equals(e.getMessage());
    }

    private void write(String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
