package dev.tenth.serve.latent;

import dev.tenth.event.BlobPath;
import dev.tenth.event.Event;
import dev.tenth.event.EventType;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.store.Blobs;
import dev.tenth.store.RunLog;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.imageio.ImageIO;

/** The pictures that a run showed, as its log has them. */
final class ShownPictures {
    private final RunLog log;
    private final Blobs blobs;

    ShownPictures(RunLog log, Blobs blobs) {
        this.log = log;
        this.blobs = blobs;
    }

    /** A picture of a step; its pixels are among the blobs. */
    record Shown(long step, long seq, String sha256) {}

    /**
     * All of one id, oldest first, without those that a resumed run took back.
     *
     * @throws ModelException if there is none; it names the ids that there are
     */
    List<Shown> of(String run, String id) {
        Map<String, List<Event>> images = log.timeline(run, EventType.IMAGE).shown(EventType.IMAGE);
        List<Event> events = images.get(id);
        if (events == null) {
            throw new ModelException(
                    Reason.MALFORMED,
                    "picture: run %s showed none called \"%s\"; it showed %s"
                            .formatted(run, id, new TreeSet<>(images.keySet())));
        }
        return events.stream()
                .flatMap(event -> BlobPath.sha256s(event.data()).stream()
                        .map(sha256 -> new Shown(event.step(), event.seq(), sha256)))
                .toList();
    }

    /** The pixels of a picture; empty if they are lost. */
    Optional<ImageGrid> pixels(Shown shown) {
        return blobs.get(shown.sha256()).map(ShownPictures::decode);
    }

    private static ImageGrid decode(byte[] png) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
            int width = image.getWidth();
            int height = image.getHeight();
            byte[] pixels = new byte[3 * width * height];
            for (int i = 0; i < width * height; i++) {
                int color = image.getRGB(i % width, i / width);
                pixels[3 * i] = (byte) (color >> 16);
                pixels[3 * i + 1] = (byte) (color >> 8);
                pixels[3 * i + 2] = (byte) color;
            }
            return new ImageGrid(width, height, 3, pixels);
        } catch (IOException e) {
            throw new IllegalStateException("a picture that this service wrote is no PNG", e);
        }
    }
}
