package inkhorn.example;

import inkhorn.autograd.Scope;
import inkhorn.data.StreamDecoder;
import inkhorn.generate.Generator;
import inkhorn.generate.Sampler;
import inkhorn.generate.TrainedModel;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The README's example of a program that writes with a trained model. */
final class WriteText {

    private WriteText() {
    }

    static void write(Path run, Consumer<String> out) {
        // README: from here
        TrainedModel trained = TrainedModel.open(run);                       // a run's best checkpoint, or any checkpoint
        StreamDecoder decoder = trained.tokenizer().streamDecoder();
        Generator generator = new Generator(trained.model(), Sampler.of(0.8, 200), 1337);
        try (Scope scope = Scope.open()) {                                   // arrays are reused from token to token
            generator.generate(trained.prompt("ROMEO:"), 500, 0, id -> out.accept(decoder.next(id)));
        }
        // README: to here
    }
}
