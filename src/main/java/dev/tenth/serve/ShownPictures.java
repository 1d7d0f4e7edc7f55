package dev.tenth.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.run.EventType;
import dev.tenth.serve.ModelException.Reason;
import dev.tenth.store.Blobs;
import dev.tenth.store.Event;
import dev.tenth.store.RunLog;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/** The pictures that a run showed, as its log has them. */
final class ShownPictures {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REF = Pattern.compile("/api/v1/blobs/([0-9a-f]{64})\\.png");
    private static final int PAGE = 500;

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
        List<Shown> found = new ArrayList<>();
        TreeSet<String> ids = new TreeSet<>();
        List<String> types = List.of(EventType.IMAGE.wire(), EventType.RUN_RESUMED.wire());
        long cursor = 0;
        for (List<Event> page; !(page = log.read(run, cursor, PAGE, types)).isEmpty(); ) {
            for (Event event : page) {
                JsonNode data = read(event);
                if (event.type().equals(EventType.RUN_RESUMED.wire())) {
                    long last = data.path("fromSeq").asLong();
                    found.removeIf(shown -> shown.seq() > last);
                    continue;
                }
                String its = data.path("id").asText();
                ids.add(its);
                Matcher ref = REF.matcher(data.path("ref").asText());
                if (its.equals(id) && ref.matches()) {
                    found.add(new Shown(event.step(), event.seq(), ref.group(1)));
                }
            }
            cursor = page.getLast().seq();
        }
        if (found.isEmpty()) {
            throw new ModelException(
                    Reason.MALFORMED,
                    "picture: run %s showed none called \"%s\"; it showed %s".formatted(run, id, ids));
        }
        return found;
    }

    private static JsonNode read(Event event) {
        try {
            return JSON.readTree(event.data());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the log holds what is no JSON: " + event.data(), e);
        }
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
