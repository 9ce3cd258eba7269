package inkhorn.serve.play;

import inkhorn.autograd.Rng;
import inkhorn.data.tokenizer.Tokenizer;
import inkhorn.data.tokenizer.bpe.BpeTokenizer;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Parameter;
import inkhorn.serve.ServeOptions;
import inkhorn.serve.WebServer;
import inkhorn.serve.model.ServedModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Small models on disk, behind a server: one of characters that would break out of a careless page, one of
 * pieces of bytes.
 */
final class PlayModels implements AutoCloseable {

    static final String HOSTILE = "</script><img src=x onerror=alert(1)>&\"'\n \t\u202e\u2028é漢😀abcdefghijklmnop";
    static final int BLOCK = 24;

    final WebServer server;
    private final ServedModels models;

    private PlayModels(WebServer server, ServedModels models) {
        this.server = server;
        this.models = models;
    }

    /** Serves "characters", the default, and "pieces". */
    static PlayModels serve(Path directory) throws IOException {
        Map<String, Path> paths = new LinkedHashMap<>();
        paths.put("characters", save(directory.resolve("characters"), CharTokenizer.fromText(HOSTILE), 2, 24, BLOCK));
        paths.put("pieces", save(directory.resolve("pieces"),
                BpeTokenizer.train(List.of("go go to to now now"), 300, 1), 1, 8, BLOCK));
        return serve(paths);
    }

    static PlayModels serve(Map<String, Path> paths) throws IOException {
        ServedModels models = new ServedModels(paths);
        return new PlayModels(WebServer.start(new ServeOptions("127.0.0.1", 0, null, ServeOptions.Limits.DEFAULTS),
                List.of(new PlayFeature(models), new InsideFeature(models))), models);
    }

    static Path save(Path directory, Tokenizer tokenizer, int layers, int channels, int block) {
        Gpt gpt = new Gpt(GptConfig.defaults().withVocabSize(tokenizer.vocabSize()).withBlockSize(block)
                .withNLayer(layers).withNHead(2).withNEmbd(channels).withBias(true), new Rng(11));
        // As initialised, all tokens are about equally likely.
        for (Parameter p : gpt.namedParameters()) {
            for (int i = 0; p.tensor().shape().rank() == 2 && i < p.tensor().size(); i++) {
                p.tensor().data()[i] *= 8;
            }
        }
        new TrainedModel(gpt, tokenizer).save(directory);
        return directory;
    }

    String address() {
        return server.address();
    }

    @Override
    public void close() {
        server.close();
        models.close();
    }
}
