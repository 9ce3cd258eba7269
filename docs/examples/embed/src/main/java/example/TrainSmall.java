package example;

import inkhorn.autograd.Rng;
import inkhorn.autograd.Scope;
import inkhorn.data.BatchSampler;
import inkhorn.data.TokenFile;
import inkhorn.data.tokenizer.character.CharTokenizer;
import inkhorn.generate.TrainedModel;
import inkhorn.nn.Gpt;
import inkhorn.nn.GptConfig;
import inkhorn.optim.AdamW;
import inkhorn.train.TrainStep;
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
        // 16 windows of 32 characters
        BatchSampler batches = Trainer.batches(TokenFile.of(tokenizer.encode(text)), 16, 32, 1337);
        Gpt model = new Gpt(GptConfig.defaults().withVocabSize(tokenizer.vocabSize()).withBlockSize(32)
                .withNLayer(2).withNHead(2).withNEmbd(64), new Rng(1337));
        // learning rate 1e-3, gradients clipped at norm 1, seed 1337
        TrainStep training = new TrainStep(model, new AdamW(model.namedParameters()), step -> 1e-3, 1, 1337);
        try (Scope arrays = Scope.open()) {    // reused from step to step
            for (int step = 0; step < 300; step++) {
                TrainStep.Result done = training.run(step, batches.batch(step));
                if (done.step() % 100 == 0) {
                    System.out.printf("step %d: loss %.2f%n", done.step(), done.loss());
                }
            }
        }
        new TrainedModel(model, tokenizer).save(Path.of(args[1]));
        // README: to here
    }
}
