package example;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.data.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Activation;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Pass;
import inkhorn.nn.Position;
import inkhorn.train.AdamW;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Trains a small GPT on the characters of a text and saves it: {@code TrainSmall TEXT MODEL}. */
public final class TrainSmall {

    public static void main(String[] args) throws IOException {
        // README: from here
        CharTokenizer tokenizer = CharTokenizer.fromText(Files.readString(Path.of(args[0])));
        int[] ids = tokenizer.encode(Files.readString(Path.of(args[0])));
        int batch = 16, block = 32, layers = 2, heads = 2, channels = 64;
        Gpt model = new Gpt(new GptConfig(tokenizer.vocabularySize(), block, layers, heads, channels, 0, true, Activation.GELU_TANH,
                Position.LEARNED, true, GptConfig.LAYER_NORM_EPS), new Rng(1337));
        AdamW optimizer = new AdamW(model.namedParameters(), new AdamW.Hyperparameters(0.9, 0.99, 1e-8, 0.1));
        Random random = new Random(1337);
        for (int step = 1; step <= 300; step++) {
            try (Scope arrays = Scope.open()) {                         // reused from step to step
                IntTensor inputs = IntTensor.of(new int[batch * block], batch, block);
                IntTensor targets = IntTensor.of(new int[batch * block], batch, block);
                for (int row = 0; row < batch; row++) {                 // a window of the text, and the same one character later
                    int start = random.nextInt(ids.length - block);
                    System.arraycopy(ids, start, inputs.data(), row * block, block);
                    System.arraycopy(ids, start + 1, targets.data(), row * block, block);
                }
                Tensor loss = model.loss(inputs, targets, Pass.training(new Rng(1337, 1, step)));
                optimizer.zeroGrad();
                loss.backward();
                optimizer.step(1e-3, 1);
                if (step % 100 == 0) {
                    System.out.printf("step %d: loss %.2f%n", step, loss.item());
                }
            }
        }
        new TrainedModel(model, tokenizer).save(Path.of(args[1]));
        // README: to here
    }
}
