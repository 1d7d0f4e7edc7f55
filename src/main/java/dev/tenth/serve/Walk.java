package dev.tenth.serve;

import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A walk through latent space, on an event loop: from vector to vector of a seed, seen by the newest checkpoint or by one that was
 * asked for. The next picture is made when the viewer has the one before: who is slow gets fewer, and never old ones.
 */
final class Walk {
    private static final long FRAMES_PER_SECOND = 30;
    private static final long NANOS = 1_000_000_000;
    private static final long FRAME_NANOS = NANOS / FRAMES_PER_SECOND;
    /** How often is looked whether something changed, while the walk stands still. */
    private static final long STILL_MILLIS = 200;
    /** A model that trains writes checkpoints faster than each could be loaded. */
    private static final long BETWEEN_MODELS_NANOS = NANOS / 2;
    /** Of the way between two vectors: after a pause the walk goes on from where it was. */
    private static final double LONGEST_STRIDE = .25;

    private final Engine engine;
    private final String run;
    private final Vertx vertx;
    private final Context loop;
    private final Screen screen;
    private WalkRequest wish;
    private Dreamer dreamer;
    private Way way;
    private double at;
    private long last = System.nanoTime();
    private long lookedForModel;
    private boolean loading;
    /** The version of the wish cannot be had: it is not asked for again. */
    private boolean hopeless;

    /** What was told last: a passing fault is tried again and again, and told once. */
    private String told = "";

    private boolean changed = true;
    private boolean stopped;

    /** Where the pictures go. */
    interface Screen {
        /**
         * Shows a picture.
         *
         * @param step of the checkpoint that made it
         * @return complete when the viewer has it
         */
        Future<Void> show(Mosaic picture, long step);

        /** Tells what is wrong; the walk goes on once that was changed. */
        void fail(Throwable failure);
    }

    Walk(Engine engine, String run, WalkRequest wish, Vertx vertx, Context loop, Screen screen) {
        this.engine = engine;
        this.run = run;
        this.wish = wish;
        this.vertx = vertx;
        this.loop = loop;
        this.screen = screen;
    }

    /** Begins with the vectors of the seed. */
    void start() {
        frame();
    }

    /** From the next picture on it is as wished. */
    void turn(WalkRequest wished) {
        if (wished.seed() != wish.seed()) {
            at = 0;
        }
        if (!wished.version().equals(wish.version())) {
            lookedForModel = 0;
        }
        wish = wished;
        changed = true;
        hopeless = false;
    }

    void stop() {
        stopped = true;
    }

    private void frame() {
        if (stopped) {
            return;
        }
        keepUp();
        long now = System.nanoTime();
        double moved = Math.min(LONGEST_STRIDE, wish.speed() * (now - last) / NANOS);
        last = now;
        if (dreamer == null || moved == 0 && !changed) {
            again(STILL_MILLIS);
            return;
        }
        changed = false;
        at += moved;
        Dreamer drawing = dreamer;
        picture(drawing)
                .compose(picture ->
                        screen.show(picture, drawing.version().checkpoint().step()))
                .onSuccess(_ -> again(Math.max(1, (FRAME_NANOS - (System.nanoTime() - now)) / (NANOS / 1000))))
                .onFailure(failure -> {
                    failed(failure);
                    dreamer = null;
                    again(STILL_MILLIS);
                });
    }

    private void again(long millis) {
        if (!stopped) {
            vertx.setTimer(millis, _ -> frame());
        }
    }

    private Future<Mosaic> picture(Dreamer drawing) {
        try {
            drawing.requireRoom(wish.rows(), wish.columns());
            return Future.fromCompletionStage(drawing.draw(vectors(drawing), wish.columns()), loop);
        } catch (IllegalArgumentException | ModelException e) {
            return Future.failedFuture(e);
        }
    }

    private List<float[]> vectors(Dreamer drawing) {
        int stage = (int) at;
        if (way == null || !way.leads(wish, stage)) {
            way = Way.of(drawing, wish, stage);
        }
        return way.at(drawing, at - stage);
    }

    /** The part of the walk between one vector and the next, for each picture. */
    private record Way(long seed, int stage, List<float[]> from, List<float[]> to) {
        static Way of(Dreamer dreamer, WalkRequest wish, int stage) {
            return new Way(wish.seed(), stage, vectors(dreamer, wish, stage), vectors(dreamer, wish, stage + 1));
        }

        private static List<float[]> vectors(Dreamer dreamer, WalkRequest wish, int stage) {
            int first = stage * wish.pictures();
            return IntStream.range(first, first + wish.pictures())
                    .mapToObj(i -> dreamer.prior().draw(wish.seed(), i, dreamer.dimensions()))
                    .toList();
        }

        boolean leads(WalkRequest wish, int wantedStage) {
            return seed == wish.seed() && stage == wantedStage && from.size() == wish.pictures();
        }

        List<float[]> at(Dreamer dreamer, double share) {
            List<float[]> here = new ArrayList<>(from.size());
            for (int i = 0; i < from.size(); i++) {
                here.add(dreamer.prior().between(from.get(i), to.get(i), share));
            }
            return here;
        }
    }

    /** Loads the version that is wished, or a newer one; the pictures come from the one before until it is there. */
    private void keepUp() {
        long now = System.nanoTime();
        if (loading || hopeless || isRight() || lookedForModel != 0 && now - lookedForModel < BETWEEN_MODELS_NANOS) {
            return;
        }
        loading = true;
        lookedForModel = now;
        String wanted = wish.version();
        vertx.executeBlocking(() -> engine.models().find(run, wanted), false)
                .compose(found -> isShown(found)
                        ? Future.succeededFuture(dreamer)
                        : Future.fromCompletionStage(Dreamer.of(engine, found), loop))
                .onComplete(_ -> loading = false)
                .onSuccess(found -> {
                    if (wish.version().equals(wanted)) {
                        changed |= found != dreamer;
                        told = "";
                        dreamer = found;
                    }
                })
                .onFailure(this::failed);
    }

    private boolean isRight() {
        if (dreamer == null) {
            return false;
        }
        if (!wish.version().equals(Models.LATEST)) {
            return dreamer.version().name().equals(wish.version());
        }
        Optional<Version> newest = engine.models().remembered(run);
        return newest.isPresent() && isShown(newest.get());
    }

    private boolean isShown(Version version) {
        return dreamer != null && dreamer.version().checkpoint().equals(version.checkpoint());
    }

    private void failed(Throwable failure) {
        if (Exchange.isClientGone(failure)) {
            stop();
            return;
        }
        Reason reason = Exchange.failure(failure).reason();
        boolean passing = reason == Reason.NO_ROOM
                || reason == Reason.NOT_YET
                || reason == Reason.NO_SUCH_VERSION && wish.version().equals(Models.LATEST);
        hopeless = !passing;
        String message = String.valueOf(failure.getMessage());
        if (!stopped && !(passing && (dreamer != null || message.equals(told)))) {
            told = message;
            screen.fail(failure);
        }
    }
}
