package dev.tenth.serve;

import dev.tenth.recipe.TextModel;
import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.recipe.TextModel.Token;
import dev.tenth.recipe.TextModel.Writing;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A model of text in use. Several texts are written by turns: each asks for a piece and queues up again for the next, so that a
 * long one keeps no other waiting, and one that nobody reads is not written.
 */
final class Scribe implements AutoCloseable {
    private final TextModel model;
    private final Executor lane;
    private final ServeMeters.Inference meters;

    /**
     * @param lane where the model is used
     */
    Scribe(TextModel model, Executor lane, ServeMeters.Inference meters) {
        this.model = model;
        this.lane = lane;
        this.meters = meters;
    }

    /**
     * Some characters.
     *
     * @param tokens what is known of each, if that was asked for; else empty
     */
    record Piece(String text, List<Token> tokens) {}

    /** Starts a text; an {@link IllegalArgumentException} if the prefix has a character that the model never saw. */
    CompletableFuture<Writing> start(String prefix, long seed) {
        return onLane(() -> model.start(prefix, seed));
    }

    /**
     * The next characters of a text.
     *
     * @param likeliest so many probable characters are named with each; nothing is told of them if empty
     */
    CompletableFuture<Piece> next(Writing writing, int count, Choice choice, OptionalInt likeliest) {
        return onLane(() -> {
            if (likeliest.isEmpty()) {
                return new Piece(writing.next(count, choice), List.of());
            }
            List<Token> tokens = writing.tokens(count, choice, likeliest.getAsInt());
            return new Piece(String.join("", tokens.stream().map(Token::text).toList()), tokens);
        });
    }

    private <T> CompletableFuture<T> onLane(Supplier<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        long since = System.nanoTime();
        lane.execute(() -> {
            if (done.isDone()) {
                return; // cancelled
            }
            long start = System.nanoTime();
            meters.waited(start - since);
            try {
                done.complete(work.get());
            } catch (RuntimeException | Error e) { // whoever waits must hear of it, whatever it is
                done.completeExceptionally(e);
            } finally {
                meters.computed(System.nanoTime() - start, 1);
            }
        });
        return done;
    }

    @Override
    public void close() {
        model.close();
    }
}
