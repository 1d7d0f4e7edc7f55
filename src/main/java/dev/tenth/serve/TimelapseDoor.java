package dev.tenth.serve;

import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import dev.tenth.serve.ShownPictures.Shown;
import dev.tenth.store.Blobs;
import dev.tenth.store.RunLog;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * What a run learned as a GIF: {@code GET /api/v1/runs/{id}/timelapse.gif}. The same latent vectors as seen by each checkpoint that
 * is kept, or, with {@code ?picture=ID}, the pictures of one id that the run showed. The checkpoints are evaluated by the engine, so
 * that a training is not slowed.
 */
public final class TimelapseDoor {
    private static final String PATH = "/api/v1/runs/:id/timelapse.gif";
    private static final int MOST_FRAMES = 60;
    private static final int MOST_PICTURES_OF_LOG = 120;
    /** Of all frames together; where pictures are large there are fewer. */
    private static final long MOST_PIXELS = 24L << 20;

    private static final int MOST_TILES = 64;
    private static final int MOST_SIDE = 16;
    /** So many are made at the same time. */
    private static final int MOST_AT_A_TIME = 2;

    private static final int HUNDREDTHS = 16;
    private static final int HUNDREDTHS_AT_END = 200;

    private final Engine engine;
    private final ShownPictures pictures;
    private final AtomicInteger inTheMaking = new AtomicInteger();

    public TimelapseDoor(Engine engine, RunLog log, Blobs blobs) {
        this.engine = engine;
        this.pictures = new ShownPictures(log, blobs);
    }

    /** Opens the door. */
    public void register(Router router) {
        router.get(PATH).handler(this::enter);
    }

    /** What is to be seen: the vectors of a seed in a mosaic, or the pictures of one id. */
    private record Wish(String run, long seed, int rows, int columns, Optional<String> picture) {
        static Wish of(RoutingContext context) {
            int rows = (int) number(context, "rows", 4, 1, MOST_SIDE);
            int columns = (int) number(context, "columns", 8, 1, MOST_SIDE);
            if (rows * columns > MOST_TILES) {
                throw new IllegalArgumentException(
                        "rows: %d × %d pictures are more than %d".formatted(rows, columns, MOST_TILES));
            }
            return new Wish(
                    context.pathParam("id"),
                    number(context, "seed", 1, 0, WalkRequest.LARGEST_SEED),
                    rows,
                    columns,
                    Optional.ofNullable(context.request().getParam("picture")));
        }

        private static long number(RoutingContext context, String name, long otherwise, long least, long most) {
            String text = context.request().getParam(name);
            try {
                long value = text == null ? otherwise : Long.parseLong(text);
                if (value >= least && value <= most) {
                    return value;
                }
            } catch (NumberFormatException _) {
                // said below
            }
            throw new IllegalArgumentException(
                    "%s: \"%s\" is not an integer from %d to %d".formatted(name, text, least, most));
        }
    }

    private void enter(RoutingContext context) {
        Exchange exchange = new Exchange(context);
        if (inTheMaking.incrementAndGet() > MOST_AT_A_TIME) {
            inTheMaking.decrementAndGet();
            refuse(
                    context,
                    new ModelException(
                            Reason.NO_ROOM,
                            "timelapse: " + MOST_AT_A_TIME + " are being made already; try again later"));
            return;
        }
        Future<byte[]> made;
        try {
            Wish wish = Wish.of(context);
            made = wish.picture().isPresent() ? logged(exchange, wish) : evaluated(exchange, wish);
        } catch (IllegalArgumentException e) {
            made = Future.failedFuture(e);
        }
        made.onComplete(_ -> inTheMaking.decrementAndGet())
                .onFailure(failure -> refuse(context, failure))
                .onSuccess(gif -> answer(exchange, gif));
    }

    private static void refuse(RoutingContext context, Throwable failure) {
        if (context.response().closed() || Exchange.isClientGone(failure)) {
            return;
        }
        ModelException said = Exchange.failure(failure);
        if (said.reason().status() == 503) {
            context.response().putHeader("Retry-After", "5");
        }
        GenerationDoor.refuse(context, said);
    }

    private static void answer(Exchange exchange, byte[] gif) {
        if (!exchange.isOver()) {
            exchange.response()
                    .putHeader("Content-Type", "image/gif")
                    .putHeader("Cache-Control", "no-cache") // a run that trains has one frame more the next time
                    .putHeader("Content-Disposition", "inline; filename=\"" + exchange.path("id") + "-timelapse.gif\"")
                    .end(Buffer.buffer(gif));
        }
    }

    // ---- what each checkpoint makes of the same vectors

    private Future<byte[]> evaluated(Exchange exchange, Wish wish) {
        return exchange.blocking(() -> engine.models().all(wish.run()))
                .compose(versions -> exchange.back(Dreamer.of(engine, versions.getLast()))
                        .compose(dreamer -> new Film(exchange, wish, versions, dreamer).shoot()));
    }

    /** The frames of one film, one after the other: no more than one model is asked for at a time. */
    private final class Film {
        private final Exchange exchange;
        private final Dreamer last;
        private final int columns;
        private final List<float[]> vectors;
        private final List<Version> versions;
        private AnimatedGif gif;

        Film(Exchange exchange, Wish wish, List<Version> all, Dreamer last) {
            last.requireRoom(wish.rows(), wish.columns());
            this.exchange = exchange;
            this.last = last;
            this.columns = wish.columns();
            this.vectors = IntStream.range(0, wish.rows() * wish.columns())
                    .mapToObj(i -> last.prior().draw(wish.seed(), i, last.dimensions()))
                    .toList();
            int height = Math.toIntExact(last.image().row().get(0)) * wish.rows();
            int width = Math.toIntExact(last.image().row().get(1)) * wish.columns();
            this.versions = chosen(all, frames(MOST_FRAMES, width, height));
        }

        Future<byte[]> shoot() {
            return next(0);
        }

        private Future<byte[]> next(int frame) {
            if (exchange.isOver()) {
                return Future.failedFuture(new CancellationException("nobody waits for it"));
            }
            if (frame == versions.size()) {
                return exchange.blocking(gif::end);
            }
            Version version = versions.get(frame);
            Dreamer dreamer = new Dreamer(engine, version, last.ability(), last.z(), last.image());
            return exchange.back(dreamer.draw(vectors, columns))
                    .compose(picture -> exchange.blocking(() -> {
                        add(picture, frame);
                        return null;
                    }))
                    .recover(failure -> isThinnedOut(failure) ? Future.succeededFuture() : Future.failedFuture(failure))
                    .compose(_ -> next(frame + 1));
        }

        /** While the film is made the run goes on, and writes checkpoints for which older ones make room. */
        private boolean isThinnedOut(Throwable failure) {
            return gif != null && Exchange.failure(failure).reason() == Reason.NO_SUCH_VERSION;
        }

        private void add(Mosaic picture, int frame) {
            if (gif == null) {
                gif = new AnimatedGif(picture.width(), picture.height());
            }
            double end = Math.max(1, versions.getLast().checkpoint().step());
            gif.add(
                    picture,
                    versions.get(frame).checkpoint().step() / end,
                    frame == versions.size() - 1 ? HUNDREDTHS_AT_END : HUNDREDTHS);
        }
    }

    // ---- what the log has

    private Future<byte[]> logged(Exchange exchange, Wish wish) {
        return exchange.blocking(() -> {
            engine.models().requireRun(wish.run());
            List<Shown> all = pictures.of(wish.run(), wish.picture().orElseThrow());
            Mosaic newest = pixels(all.getLast());
            List<Shown> frames = chosen(all, frames(MOST_PICTURES_OF_LOG, newest.width(), newest.height()));
            AnimatedGif gif = new AnimatedGif(newest.width(), newest.height());
            double end = Math.max(1, all.getLast().step());
            for (Shown frame : frames) {
                boolean last = frame.equals(all.getLast());
                gif.add(pixels(frame), frame.step() / end, last ? HUNDREDTHS_AT_END : HUNDREDTHS);
            }
            return gif.end();
        });
    }

    private Mosaic pixels(Shown shown) {
        return pictures.pixels(shown)
                .orElseThrow(
                        () -> new ModelException(Reason.BROKEN, "picture: that of step " + shown.step() + " is lost"));
    }

    /** As many frames as may be, for pictures of a size. */
    private static int frames(int most, int width, int height) {
        return (int) Math.clamp(MOST_PIXELS / AnimatedGif.pixels(width, height), 2, most);
    }

    /** So many of a list, evenly, with the first and the last. */
    static <T> List<T> chosen(List<T> all, int most) {
        if (all.size() <= most) {
            return all;
        }
        List<T> some = new ArrayList<>(most);
        for (int i = 0; i < most; i++) {
            some.add(all.get((int) Math.round((double) i * (all.size() - 1) / (most - 1))));
        }
        return some;
    }
}
