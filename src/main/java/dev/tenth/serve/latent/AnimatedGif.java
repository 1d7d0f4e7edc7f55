package dev.tenth.serve.latent;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;

/**
 * A GIF file in the making, picture by picture, that starts again at its end. Small pictures are enlarged; a bar below tells how far
 * the training was.
 */
final class AnimatedGif {
    /** What a picture is enlarged to, as near as whole factors come. */
    private static final double WISHED_SIDE = 480;

    private static final int LARGEST_FACTOR = 8;
    private static final int BAR_HEIGHT = 5;
    /** White and grey: a grey picture then needs no more than the 256 colours that a frame can have. */
    private static final int BAR = 0xFFFFFFFF;

    private static final int GROUND = 0xFF202020;
    private static final int GREY = 0x010101;
    private static final int OPAQUE = 0xFF << 24;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ImageWriter writer =
            ImageIO.getImageWritersByFormatName("gif").next();
    private final ImageOutputStream stream;
    private final int width;
    private final int height;
    private final int factor;

    /**
     * An empty one.
     *
     * @param width of the widest picture that comes
     * @param height of the highest picture that comes
     */
    AnimatedGif(int width, int height) {
        this.factor = factor(width, height);
        this.width = factor * width;
        this.height = factor * height + BAR_HEIGHT;
        try {
            stream = ImageIO.createImageOutputStream(bytes);
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array takes every GIF", e);
        }
    }

    private static int factor(int width, int height) {
        return Math.clamp(Math.round(WISHED_SIDE / Math.max(width, height)), 1, LARGEST_FACTOR);
    }

    /** The pixels of each frame of a file whose pictures have this size. */
    static long pixels(int width, int height) {
        int factor = factor(width, height);
        return (long) factor * width * (factor * height + BAR_HEIGHT);
    }

    /**
     * Adds a picture.
     *
     * @param share of the training that was done, from 0 to 1
     * @param hundredths of a second for which it is seen
     */
    void add(ImageGrid picture, double share, int hundredths) {
        BufferedImage frame = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height - BAR_HEIGHT; y++) {
            for (int x = 0; x < width; x++) {
                frame.setRGB(x, y, color(picture, x / factor, y / factor));
            }
        }
        int done = (int) Math.round(share * width);
        for (int y = height - BAR_HEIGHT; y < height; y++) {
            for (int x = 0; x < width; x++) {
                frame.setRGB(x, y, x < done ? BAR : GROUND);
            }
        }
        try {
            writer.writeToSequence(new IIOImage(frame, null, about(frame, hundredths)), null);
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array takes every GIF", e);
        }
    }

    private static int color(ImageGrid picture, int x, int y) {
        if (x >= picture.width() || y >= picture.height()) {
            return GROUND;
        }
        int place = (y * picture.width() + x) * picture.channels();
        byte[] pixels = picture.pixels();
        return picture.channels() == 1
                ? OPAQUE | (pixels[place] & 0xff) * GREY
                : OPAQUE | (pixels[place] & 0xff) << 16 | (pixels[place + 1] & 0xff) << 8 | pixels[place + 2] & 0xff;
    }

    /** How long a frame is seen, and that the file starts again at its end. */
    private IIOMetadata about(BufferedImage frame, int hundredths) throws IOException {
        IIOMetadata about = writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
        String format = about.getNativeMetadataFormatName();
        IIOMetadataNode root = (IIOMetadataNode) about.getAsTree(format);
        IIOMetadataNode control = child(root, "GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Integer.toString(hundredths));
        IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
        loop.setAttribute("applicationID", "NETSCAPE");
        loop.setAttribute("authenticationCode", "2.0");
        loop.setUserObject(new byte[] {1, 0, 0}); // for ever
        child(root, "ApplicationExtensions").appendChild(loop);
        about.setFromTree(format, root);
        return about;
    }

    private static IIOMetadataNode child(IIOMetadataNode root, String name) {
        for (int i = 0; i < root.getLength(); i++) {
            if (root.item(i).getNodeName().equals(name)) {
                return (IIOMetadataNode) root.item(i);
            }
        }
        IIOMetadataNode made = new IIOMetadataNode(name);
        root.appendChild(made);
        return made;
    }

    /** The whole file; nothing can be added afterwards. */
    byte[] end() {
        try {
            writer.endWriteSequence();
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException("a byte array takes every GIF", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
