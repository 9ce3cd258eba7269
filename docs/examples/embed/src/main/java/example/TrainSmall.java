package example;

import inkhorn.autograd.IntTensor;
import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.autograd.Tensor;
import inkhorn.data.Batch;
import inkhorn.data.BatchSampler;
import inkhorn.data.TokenFile;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.nn.Pass;
import inkhorn.optim.AdamW;
import inkhorn.optim.Hyperparameters;
import inkhorn.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Trains a small GPT on the characters of a text and saves it: {@code TrainSmall TEXT MODEL}. */
public final class TrainSmall {

    public static void main(String[] args) throws IOException {
        // README: from here
        String text = Files.readString(Path.of(args[0]));
        CharTokenizer tokenizer = CharTokenizer.fromText(text);
        BatchSampler batches = Trainer.batches(TokenFile.of(tokenizer.encode(text)), 16, 32, 1337);      // 16 windows of 32 characters
        Gpt model = new Gpt(GptConfig.defaults().withVocabSize(tokenizer.vocabSize()).withBlockSize(32)
                .withNLayer(2).withNHead(2).withNEmbd(64), new Rng(1337));
        AdamW optimizer = new AdamW(model.namedParameters(), new Hyperparameters(0.9, 0.99, 1e-8, 0.1));
        for (int step = 1; step <= 300; step++) {
            try (Scope arrays = Scope.open()) {                                                          // reused from step to step
                Batch batch = batches.batch(step);
                Tensor loss = model.loss(IntTensor.of(batch.inputs(), 16, 32), IntTensor.of(batch.targets(), 16, 32),
                        Pass.training(new Rng(1337, 1, step)));
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
