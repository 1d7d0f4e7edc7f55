package dev.tenth.serve;

import dev.tenth.recipe.TextModel.Token;
import dev.tenth.recipe.TextModel.Writing;
import dev.tenth.serve.LoadedModels.Loaded;
import dev.tenth.serve.Models.Version;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * One text from its first character to its end, on an event loop. The next piece is written when the listener has taken the one
 * before: for a client that does not read nothing is written, and nothing is kept.
 */
final class Narration {
    /** The largest piece: characters that are written in one turn. */
    private static final int LARGEST_PIECE = 16;

    private final Engine engine;
    private final Version version;
    private final Context loop;
    private final Listener listener;
    private final OptionalInt likeliest;
    private final StopSequenceFilter stops;
    private final Deque<Token> held = new ArrayDeque<>();
    private final Promise<End> end = Promise.promise();
    private final long since = System.nanoTime();
    private TextRequest request;
    private Loaded<TextModelQueue> slot;
    private CompletableFuture<?> work = CompletableFuture.completedFuture(null);
    private int written;
    private int said;
    private boolean cancelled;

    /** Takes a text as it is written. */
    @FunctionalInterface
    interface Listener {
        /**
         * A piece that is not empty.
         *
         * @param tokens what is known of each of its characters, if that was asked for
         * @return complete when the next one may come
         */
        Future<Void> piece(String text, List<Token> tokens);
    }

    /** Why a text ended. */
    enum Reason {
        LENGTH,
        STOP,
        CANCEL
    }

    /**
     * The end of a text.
     *
     * @param characters that were handed to the listener
     */
    record End(Reason reason, int characters) {}

    /**
     * A text that is not begun yet.
     *
     * @param likeliest so many probable characters are named with each; nothing is told of them if empty
     */
    Narration(
            Engine engine,
            Version version,
            TextRequest request,
            OptionalInt likeliest,
            Context loop,
            Listener listener) {
        this.engine = engine;
        this.version = version;
        this.request = request;
        this.likeliest = likeliest;
        this.loop = loop;
        this.listener = listener;
        this.stops = new StopSequenceFilter(request.stop());
    }

    /**
     * Tells the text.
     *
     * @throws ModelException if there is no room for it
     */
    Future<End> tell() {
        slot = engine.text(version);
        end.future().onComplete(_ -> engine.release(slot));
        back(slot.model().thenCompose(scribe -> scribe.start(request.prefix(), request.seed())
                        .subscribeAsCompletionStage()))
                .onFailure(end::tryFail)
                .onSuccess(writing -> next(writing, 1));
        return end.future();
    }

    /** From the next piece on the characters are drawn otherwise. */
    void turn(TextRequest changed) {
        request = changed;
    }

    /** Ends the text where it is. */
    void cancel() {
        cancelled = true;
        end.tryComplete(new End(Reason.CANCEL, said));
        work.cancel(false);
    }

    private void next(Writing writing, int wanted) {
        if (cancelled) {
            return;
        }
        int left = request.length() - written;
        if (left <= 0) {
            finish(Reason.LENGTH);
            return;
        }
        int count = Math.min(wanted, left);
        CompletableFuture<TextModelQueue.Characters> piece = slot.model()
                .join()
                .next(writing, count, request.choice(), likeliest)
                .subscribeAsCompletionStage();
        work = piece;
        back(piece).onFailure(end::tryFail).onSuccess(made -> {
            if (written == 0) {
                engine.meters().firstToken(version.recipe().id(), System.nanoTime() - since);
            }
            written += count;
            held.addAll(made.tokens());
            Future<Void> taken = say(stops.pass(made.text()));
            if (stops.isStopped()) {
                taken.onFailure(end::tryFail).onSuccess(_ -> finish(Reason.STOP));
            } else {
                // The first character at once, then more in a turn.
                taken.onFailure(end::tryFail).onSuccess(_ -> next(writing, Math.min(LARGEST_PIECE, 2 * wanted)));
            }
        });
    }

    private void finish(Reason reason) {
        say(reason == Reason.STOP ? "" : stops.rest())
                .onFailure(end::tryFail)
                .onSuccess(_ -> end.tryComplete(new End(reason, said)));
    }

    private Future<Void> say(String text) {
        if (text.isEmpty() || cancelled) {
            return Future.succeededFuture();
        }
        int characters = text.codePointCount(0, text.length());
        said += characters;
        List<Token> tokens = new ArrayList<>();
        while (likeliest.isPresent() && tokens.size() < characters) {
            tokens.add(held.remove());
        }
        return listener.piece(text, tokens);
    }

    private <T> Future<T> back(CompletableFuture<T> stage) {
        return Future.fromCompletionStage(stage, loop);
    }
}
