package inkhorn.cli;

import inkhorn.autograd.Scope;
import inkhorn.data.StreamDecoder;
import inkhorn.generate.Generator;
import inkhorn.generate.Sampler;
import inkhorn.generate.TrainedModel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** {@code sample}: the prompt and what the model makes of it, in UTF-8, each token as soon as it is chosen. */
final class SampleJob implements Job<SampleCommand.Request> {

    /** nanoGPT's, between texts. */
    private static final String SEPARATOR = "---------------\n";

    private final OutputStream out;

    SampleJob(OutputStream out) {
        this.out = out;
    }

    @Override
    public int run(SampleCommand.Request request) throws IOException {
        request.engine().start();
        TrainedModel trained = TrainedModel.open(request.from());
        int[] prompt = trained.prompt(request.prompt());
        Sampler sampler = Sampler.of(request.temperature(), request.topK());
        Generator generator = new Generator(trained.model(), sampler, request.seed());
        try (Scope run = Scope.open()) {
            for (int i = 0; i < request.num(); i++) {
                write(i == 0 ? "" : SEPARATOR);
                write(request.prompt());
                StreamDecoder decoder = trained.tokenizer().streamDecoder();
                generator.generate(prompt, request.tokens(), i, id -> write(decoder.next(id)));
                write(decoder.finish() + "\n");
            }
        } catch (UncheckedIOException e) {
            if (isReaderGone(e.getCause())) {
                return 0;
            }
            throw e;
        }
        return 0;
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
