package dev.tenth.serve.text;

import dev.tenth.recipe.TextModel.Token;
import dev.tenth.recipe.TextModel.Writing;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.LoadedModels.Loaded;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.engine.TextModelQueue;
import dev.tenth.serve.engine.TextModelQueue.Characters;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/**
 * The generation of one text, as a stream of its pieces. A piece is computed when it is requested: nothing is computed, and nothing
 * is kept, for a client that does not read. Such a text keeps the model in memory, but takes none of its waiting places.
 */
final class TextGeneration {
    /** The largest piece, in characters: what is computed in one turn. */
    private static final int LARGEST_PIECE = 16;
    /** A client that takes nothing for so long does not read any more. */
    private static final Duration LONGEST_REST = Duration.ofMinutes(1);

    private final Engine engine;
    private final Version version;
    private final OptionalInt likeliest;
    private final Duration longestRest;
    private final StopSequenceFilter stops;
    private final Deque<Token> heldTokens = new ArrayDeque<>();
    private final long since = System.nanoTime();
    private volatile TextRequest request;
    private Writing writing;
    private int computed;
    private int emitted;
    private int pieceSize = 1;
    private Reason ended;

    /** An item of the stream: pieces, then one end. */
    sealed interface Part {}

    /**
     * Characters; at least one.
     *
     * @param tokens what is known of each of the characters, if that was asked for; else empty
     */
    record Piece(String text, List<Token> tokens) implements Part {}

    /**
     * The last item.
     *
     * @param characters of all pieces together
     */
    record End(Reason reason, int characters) implements Part {}

    /** Why a text ended. */
    enum Reason {
        /** It has as many characters as were requested. */
        LENGTH,
        /** A stop sequence came next. */
        STOP
    }

    /**
     * A text that has not started.
     *
     * @param likeliest the number of probable characters to name with each character; no tokens are told if empty
     */
    TextGeneration(Engine engine, Version version, TextRequest request, OptionalInt likeliest) {
        this(engine, version, request, likeliest, LONGEST_REST);
    }

    /**
     * The same.
     *
     * @param longestRest how long the client may request nothing before the text gives its model back and fails
     */
    TextGeneration(Engine engine, Version version, TextRequest request, OptionalInt likeliest, Duration longestRest) {
        this.longestRest = longestRest;
        this.engine = engine;
        this.version = version;
        this.request = request;
        this.likeliest = likeliest;
        this.stops = new StopSequenceFilter(request.stop());
    }

    /**
     * The text; to be subscribed to once. Cancelling it ends the text and gives the model back. Items are emitted on the thread that
     * computes: what follows must not block it.
     *
     * <p>It fails with a {@link ModelException} if there is no room for the text, or nothing is requested for long, and with an
     * {@link IllegalArgumentException} if the prefix has a character that the model does not know.
     */
    Multi<Part> parts() {
        return Multi.createFrom()
                .resource(() -> new ModelUse(engine, engine.text(version), longestRest), this::write)
                .withFinalizer(ModelUse::release);
    }

    /** From the next piece on, characters are drawn as this request says. */
    void change(TextRequest changed) {
        request = changed;
    }

    private Multi<Part> write(ModelUse model) {
        return Multi.createBy()
                .repeating()
                .uni(() -> next(model))
                .whilst(part -> !(part instanceof End))
                .select()
                .where(part -> !(part instanceof Piece piece && piece.text().isEmpty()));
    }

    private Uni<Part> next(ModelUse model) {
        if (ended != null) {
            return Uni.createFrom().item(new End(ended, emitted));
        }
        if (!model.waits()) {
            return Uni.createFrom()
                    .failure(new ModelException(ModelException.Reason.NO_ROOM, "the client reads too slowly"));
        }
        return (writing == null ? start(model) : nextPiece(model))
                .onTermination()
                .invoke(model::rests);
    }

    private Uni<Part> start(ModelUse model) {
        return model.queue()
                .chain(queue -> queue.start(request.prefix(), request.seed()))
                .map(started -> {
                    writing = started;
                    return piece("");
                });
    }

    private Uni<Part> nextPiece(ModelUse model) {
        int count = Math.min(pieceSize, request.length() - computed);
        if (count <= 0) {
            ended = Reason.LENGTH;
            return Uni.createFrom().item(piece(stops.rest()));
        }
        // The first character at once, then more in a turn.
        pieceSize = Math.min(LARGEST_PIECE, 2 * pieceSize);
        return model.queue()
                .chain(queue -> queue.next(writing, count, request.choice(), likeliest))
                .map(characters -> pass(characters, count));
    }

    private Part pass(Characters characters, int count) {
        if (computed == 0) {
            engine.meters().firstToken(version.recipe().id(), System.nanoTime() - since);
        }
        computed += count;
        heldTokens.addAll(characters.tokens());
        String text = stops.pass(characters.text());
        if (stops.isStopped()) {
            ended = Reason.STOP;
        }
        return piece(text);
    }

    private Piece piece(String text) {
        int characters = text.codePointCount(0, text.length());
        emitted += characters;
        List<Token> tokens = new ArrayList<>();
        while (likeliest.isPresent() && tokens.size() < characters) {
            tokens.add(heldTokens.remove());
        }
        return new Piece(text, tokens);
    }

    /**
     * The text's use of its model: from any thread, since a client may leave while a piece is computed. It ends by itself when nothing
     * is requested for long.
     */
    private static final class ModelUse {
        private final Engine engine;
        private final Duration longestRest;
        private final Loaded<TextModelQueue> slot;
        private Cancellable patience;
        private boolean resting;
        private boolean released;

        ModelUse(Engine engine, Loaded<TextModelQueue> slot, Duration longestRest) {
            this.engine = engine;
            this.longestRest = longestRest;
            this.slot = slot;
            this.patience = patience();
        }

        Uni<TextModelQueue> queue() {
            return Uni.createFrom()
                    .completionStage(slot.model().copy()); // others use the model, too: cancelling is for this one
        }

        /** Whether the text still has its model. */
        synchronized boolean waits() {
            patience.cancel();
            if (resting && !released) {
                resting = false;
                engine.resume(slot);
            }
            return !released;
        }

        synchronized void rests() {
            if (!resting && !released) {
                resting = true;
                engine.rest(slot);
                patience = patience();
            }
        }

        private Cancellable patience() {
            return Uni.createFrom()
                    .voidItem()
                    .onItem()
                    .delayIt()
                    .by(longestRest)
                    .subscribe()
                    .with(_ -> release());
        }

        synchronized void release() {
            if (waits()) {
                released = true;
                engine.release(slot);
            }
        }
    }
}
