package dev.tenth.serve.latent;

import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.Models.Version;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A walk through latent space: from vector to vector of a seed, seen by the newest checkpoint or by one that was asked for. A
 * picture is made when it is requested: a slow viewer gets fewer pictures, and never old ones.
 */
final class LatentWalk {
    private static final long NANOS = 1_000_000_000;
    private static final long FRAMES_PER_SECOND = 30;
    private static final long FRAME_NANOS = NANOS / FRAMES_PER_SECOND;
    private static final long LEAST_PAUSE_NANOS = 1_000_000;
    /** How often the walk looks whether something changed, while it stands still. */
    private static final Duration STILL = Duration.ofMillis(200);
    /** A model that trains writes checkpoints faster than each could be loaded. */
    private static final long BETWEEN_MODELS_NANOS = NANOS / 2;
    /** The share of the way between two vectors: after a pause the walk goes on from where it was. */
    private static final double LONGEST_STRIDE = .25;

    private final Engine engine;
    private final String run;
    private WalkRequest wish;
    private LatentDecoder decoder;
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
    private Optional<Frame> fault = Optional.empty();

    /** What a viewer sees. */
    sealed interface Frame {}

    /**
     * A picture of the walk.
     *
     * @param step of the checkpoint that made it
     */
    record Picture(ImageGrid grid, long step) implements Frame {}

    /** What is wrong; the walk goes on once that has changed. */
    record Fault(Throwable cause) implements Frame {}

    /** A walk from the vectors of the wish's seed. */
    LatentWalk(Engine engine, String run, WalkRequest wish) {
        this.engine = engine;
        this.run = run;
        this.wish = wish;
    }

    /** The walk, without end; to be subscribed to once. */
    Multi<Frame> frames() {
        return Multi.createBy()
                .repeating()
                .uni(this::next)
                .indefinitely()
                .select()
                .where(Optional::isPresent)
                .map(Optional::get);
    }

    /** From the next picture on, the walk is as wished. */
    synchronized void turn(WalkRequest wished) {
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

    /** A frame in time for its turn, or nothing for now. */
    private Uni<Optional<Frame>> next() {
        long pause = last + FRAME_NANOS - System.nanoTime();
        Uni<Void> turn = Uni.createFrom().voidItem();
        return (pause < LEAST_PAUSE_NANOS ? turn : turn.onItem().delayIt().by(Duration.ofNanos(pause)))
                .chain(this::frame);
    }

    private synchronized Uni<Optional<Frame>> frame() {
        keepUp();
        if (fault.isPresent()) {
            Optional<Frame> said = fault;
            fault = Optional.empty();
            return Uni.createFrom().item(said);
        }
        long now = System.nanoTime();
        double moved = Math.min(LONGEST_STRIDE, wish.speed() * (now - last) / NANOS);
        last = now;
        if (decoder == null || moved == 0 && !changed) {
            return still();
        }
        changed = false;
        at += moved;
        long step = decoder.version().checkpoint().step();
        return picture(decoder)
                .<Optional<Frame>>map(grid -> Optional.of(new Picture(grid, step)))
                .onFailure()
                .recoverWithUni(this::without);
    }

    private static Uni<Optional<Frame>> still() {
        return Uni.createFrom().item(Optional.<Frame>empty()).onItem().delayIt().by(STILL);
    }

    private synchronized Uni<Optional<Frame>> without(Throwable failure) {
        failed(failure);
        decoder = null;
        return still();
    }

    private Uni<ImageGrid> picture(LatentDecoder drawing) {
        try {
            drawing.requireRoom(wish.rows(), wish.columns());
            return drawing.draw(vectors(drawing), wish.columns());
        } catch (RuntimeException e) {
            return Uni.createFrom().failure(e);
        }
    }

    private List<float[]> vectors(LatentDecoder drawing) {
        int stage = (int) at;
        if (way == null || !way.leads(wish, stage)) {
            way = Way.of(drawing, wish, stage);
        }
        return way.at(drawing, at - stage);
    }

    /** The part of the walk between one vector and the next, for each picture. */
    private record Way(long seed, int stage, List<float[]> from, List<float[]> to) {
        static Way of(LatentDecoder decoder, WalkRequest wish, int stage) {
            return new Way(wish.seed(), stage, vectors(decoder, wish, stage), vectors(decoder, wish, stage + 1));
        }

        private static List<float[]> vectors(LatentDecoder decoder, WalkRequest wish, int stage) {
            int first = stage * wish.pictures();
            return IntStream.range(first, first + wish.pictures())
                    .mapToObj(i -> decoder.prior().draw(wish.seed(), i, decoder.dimensions()))
                    .toList();
        }

        boolean leads(WalkRequest wish, int wantedStage) {
            return seed == wish.seed() && stage == wantedStage && from.size() == wish.pictures();
        }

        List<float[]> at(LatentDecoder decoder, double share) {
            List<float[]> here = new ArrayList<>(from.size());
            for (int i = 0; i < from.size(); i++) {
                here.add(decoder.prior().between(from.get(i), to.get(i), share));
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
        engine.models()
                .findElsewhere(run, wanted)
                .chain(this::decoder)
                .subscribe()
                .with(found -> loaded(found, wanted), this::notLoaded);
    }

    private Uni<LatentDecoder> decoder(Version version) {
        synchronized (this) {
            if (isShown(version)) {
                return Uni.createFrom().item(decoder);
            }
        }
        return LatentDecoder.of(engine, version);
    }

    private synchronized void loaded(LatentDecoder found, String wanted) {
        loading = false;
        if (wish.version().equals(wanted)) {
            changed |= found != decoder;
            told = "";
            decoder = found;
        }
    }

    private synchronized void notLoaded(Throwable failure) {
        loading = false;
        failed(failure);
    }

    private boolean isRight() {
        if (decoder == null) {
            return false;
        }
        if (!wish.version().equals(Models.LATEST)) {
            return decoder.version().name().equals(wish.version());
        }
        Optional<Version> newest = engine.models().remembered(run);
        return newest.isPresent() && isShown(newest.get());
    }

    private boolean isShown(Version version) {
        return decoder != null && decoder.version().checkpoint().equals(version.checkpoint());
    }

    private void failed(Throwable failure) {
        ModelException error = ModelException.of(failure);
        Reason reason = error.reason();
        boolean passing = reason == Reason.NO_ROOM
                || reason == Reason.NOT_YET
                || reason == Reason.NO_SUCH_VERSION && wish.version().equals(Models.LATEST);
        hopeless = !passing;
        if (!(passing && (decoder != null || error.getMessage().equals(told)))) {
            told = error.getMessage();
            fault = Optional.of(new Fault(error));
        }
    }
}
