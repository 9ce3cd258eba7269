package inkhorn.serve.api;

import inkhorn.generate.Limits;
import inkhorn.generate.TextSoFar;
import inkhorn.generate.batching.ContinuousBatch;
import inkhorn.generate.batching.TextOrder;
import inkhorn.serve.RequestException;
import inkhorn.serve.model.ServedModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The texts of one request. Its lock guards the data that the computing thread adds and the request's thread takes. */
final class Answer implements AutoCloseable {
    private final List<ChoiceText> texts = new ArrayList<>();
    private final List<ContinuousBatch.Place> places;
    private int growing;
    private boolean isWaiting;
    private Throwable failure;

    /**
     * Orders the texts.
     *
     * @throws RequestException where there is no place for them
     */
    Answer(ServedModel model, Wanted wanted) {
        List<TextOrder> orders = new ArrayList<>();
        Limits limits = new Limits(wanted.tokens(), model.trained().tokenizer().endOfText(), true);
        for (Wanted.Prompt prompt : wanted.prompts()) {
            for (int i = 0; i < wanted.bestOf(); i++) {
                ChoiceText text = new ChoiceText(this, model.trained().tokenizer(), wanted, prompt);
                orders.add(new TextOrder(TextSoFar.ofPrompt(prompt.ids()), wanted.sampler(), wanted.seed(),
                        texts.size(), limits, text));
                texts.add(text);
            }
        }
        growing = texts.size();
        places = model.write(orders);
    }

    /** For each prompt as many as are written for it, in order. */
    List<ChoiceText> texts() {
        return texts;
    }

    /** Of all texts. */
    int tokens() {
        return texts.stream().mapToInt(ChoiceText::tokens).sum();
    }

    /** Waking a thread costs the computing one some microseconds, so only where one waits. */
    void grown() {
        if (isWaiting) {
            notifyAll();
        }
    }

    void ended(Throwable why) {
        growing--;
        failure = failure == null ? why : failure;
        notifyAll();
    }

    /** Waits until there is something to take or all have ended, at most as long as given. */
    synchronized void awaitText(long milliseconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        isWaiting = true;
        while (growing > 0 && texts.stream().noneMatch(ChoiceText::hasText) && left(deadline) > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left(deadline));
        }
        isWaiting = false;
    }

    /** Waits until all have ended, at most as long as given. */
    synchronized void awaitEnd(long milliseconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
        while (growing > 0 && left(deadline) > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left(deadline));
        }
    }

    private static long left(long deadline) {
        return deadline - System.nanoTime();
    }

    synchronized boolean hasEnded() {
        return growing == 0;
    }

    /** @throws RequestException where a text could not be written */
    synchronized void requireWhole() {
        if (failure instanceof RequestException refused) {
            throw refused;
        } else if (failure instanceof OutOfMemoryError) {
            throw RequestException.busy("the server has not enough memory for this text beside the others");
        } else if (failure != null) {
            throw RequestException.of(500, "server_error", "the text cannot be written: " + failure.getMessage());
        }
    }

    /** Gives up what has not ended, so that others have the places. */
    @Override
    public void close() {
        places.forEach(ContinuousBatch.Place::leave);
    }
}
