package dev.tenth.serve.engine;

import dev.tenth.recipe.TextModel;
import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.recipe.TextModel.Token;
import dev.tenth.recipe.TextModel.Writing;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A loaded text model and the texts that take turns on it: each text asks for one piece and queues again for the next, so that a
 * long text keeps no other one waiting.
 */
public final class TextModelQueue implements AutoCloseable {
    private final TextModel model;
    private final Executor executor;
    private final ServeMeters.Inference meters;
    /** Read and written where the model is used. */
    private boolean closed;

    /**
     * @param executor where the model is used, one task at a time
     */
    TextModelQueue(TextModel model, Executor executor, ServeMeters.Inference meters) {
        this.model = model;
        this.executor = executor;
        this.meters = meters;
    }

    /**
     * Some characters.
     *
     * @param tokens what is known of each, if that was asked for; else empty
     */
    public record Characters(String text, List<Token> tokens) {}

    /** Starts a text; fails with an {@link IllegalArgumentException} if the prefix has a character that the model never saw. */
    public Uni<Writing> start(String prefix, long seed) {
        return inTurn(() -> model.start(prefix, seed));
    }

    /**
     * The next characters of a text.
     *
     * @param likeliest the number of probable characters to name with each; nothing is told of them if empty
     */
    public Uni<Characters> next(Writing writing, int count, Choice choice, OptionalInt likeliest) {
        return inTurn(() -> {
            if (likeliest.isEmpty()) {
                return new Characters(writing.next(count, choice), List.of());
            }
            List<Token> tokens = writing.tokens(count, choice, likeliest.getAsInt());
            return new Characters(
                    String.join("", tokens.stream().map(Token::text).toList()), tokens);
        });
    }

    /** Work that waits for its turn; work that is cancelled before its turn is skipped. */
    private <T> Uni<T> inTurn(Supplier<T> work) {
        return Uni.createFrom().emitter(emitter -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            emitter.onTermination(() -> cancelled.set(true));
            long queued = System.nanoTime();
            executor.execute(() -> {
                if (cancelled.get() || closed) {
                    return; // nobody waits any more
                }
                long start = System.nanoTime();
                meters.waited(start - queued);
                T result;
                try {
                    result = work.get();
                } catch (RuntimeException | Error e) { // the waiting client must hear of it, whatever it is
                    emitter.fail(e);
                    return;
                } finally {
                    meters.computed(System.nanoTime() - start, 1);
                }
                emitter.complete(result);
            });
        });
    }

    @Override
    public void close() {
        closed = true;
        model.close();
    }
}
