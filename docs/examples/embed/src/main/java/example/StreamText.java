package example;

import inkhorn.generate.TrainedModel;
import java.nio.file.Path;

/**
 * Writes on from a prompt: {@code StreamText MODEL PROMPT}, the model being a run, a checkpoint or what
 * {@link TrainSmall} saved.
 */
public final class StreamText {

    public static void main(String[] args) {
        System.out.print(args[1]);
        // README: from here
        TrainedModel model = TrainedModel.open(Path.of(args[0]));       // a run's best checkpoint, or any checkpoint
        model.stream(args[1], System.out::print);                       // each piece of text once its token is chosen
        // README: to here
        System.out.println();
    }
}
