package dev.tenth.torch;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The file in which libtorch keeps a TorchScript module: an uncompressed zip with the code, the module object as a pickle, the
 * tensors that it refers to, an empty pickle of constants, and the version of the format.
 */
final class TorchScriptArchive {
    /** The version of the format that libtorch has written since 1.6. */
    private static final String VERSION = "3\n";

    private TorchScriptArchive() {}

    /** {@code Program} with its attributes {@code _state = []} and {@code _leaves = []}. */
    static byte[] of(String code) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            write(bytes, code, Map.of(), pickle -> {
                emptyList(pickle, "_state");
                emptyList(pickle, "_leaves");
            });
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    /** {@code Program} with tensors as its attributes. */
    static void write(OutputStream file, String code, Map<String, TensorSource> attributes) throws IOException {
        write(file, code, attributes, pickle -> {
            int place = 0;
            for (Map.Entry<String, TensorSource> attribute : attributes.entrySet()) {
                text(pickle, attribute.getKey());
                tensor(pickle, attribute.getValue(), place++);
            }
        });
    }

    /** Pickles names and values. */
    @FunctionalInterface
    private interface Attributes {
        void writeTo(DataOutputStream pickle) throws IOException;
    }

    private static void write(OutputStream file, String code, Map<String, TensorSource> tensors, Attributes attributes)
            throws IOException {
        ZipOutputStream zip = new ZipOutputStream(file);
        store(zip, "program/data.pkl", module(attributes));
        store(zip, "program/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
        int place = 0;
        for (TensorSource tensor : tensors.values()) {
            store(zip, "program/data/" + place++, tensor);
        }
        store(zip, "program/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
        store(zip, "program/version", VERSION.getBytes(StandardCharsets.UTF_8));
        zip.finish();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        store(zip, name, HostTensor.of(content, content.length));
    }

    /** An entry that is not compressed tells its checksum before its content, so the content is read twice. */
    private static void store(ZipOutputStream zip, String name, TensorSource content) throws IOException {
        CRC32 checksum = new CRC32();
        content.writeTo(Channels.newChannel(new CheckedOutputStream(OutputStream.nullOutputStream(), checksum)));
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.byteCount());
        entry.setCrc(checksum.getValue());
        // The same program gives the same bytes.
        entry.setTime(0);
        zip.putNextEntry(entry);
        content.writeTo(Channels.newChannel(zip));
        zip.closeEntry();
    }

    /** {@code Program} with its attributes, in pickle's protocol 2. */
    private static byte[] module(Attributes attributes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream pickle = new DataOutputStream(bytes);
        pickle.write(new byte[] {(byte) 0x80, 2}); // protocol
        global(pickle, "__torch__", "Program");
        pickle.write(new byte[] {')', (byte) 0x81, '}', '('}); // (), new object, {}, mark
        attributes.writeTo(pickle);
        pickle.writeBytes("ub."); // set items, build, stop
        return bytes.toByteArray();
    }

    private static void emptyList(DataOutputStream pickle, String name) throws IOException {
        text(pickle, name);
        global(pickle, "torch.jit._pickle", "build_tensorlist");
        pickle.write(new byte[] {']', (byte) 0x85, 'R'}); // [], tuple of one, reduce
    }

    /** A tensor whose elements lie in the record of this place. */
    private static void tensor(DataOutputStream pickle, TensorSource tensor, int place) throws IOException {
        long[] shape = tensor.shape();
        long[] strides = new long[shape.length];
        long elements = 1;
        for (int i = shape.length - 1; i >= 0; i--) {
            strides[i] = elements;
            elements *= shape[i];
        }
        global(pickle, "torch._utils", "_rebuild_tensor_v2");
        pickle.writeBytes("(("); // the arguments; the first is the storage
        text(pickle, "storage");
        global(pickle, "torch", tensor.type().torchStorage());
        text(pickle, Integer.toString(place));
        text(pickle, "cpu");
        integer(pickle, elements);
        pickle.writeBytes("tQ"); // tuple, found by its name
        integer(pickle, 0);
        integers(pickle, shape);
        integers(pickle, strides);
        pickle.writeByte(0x89); // it requires no gradient
        global(pickle, "collections", "OrderedDict");
        pickle.writeBytes(")RtR"); // no hooks; call
    }

    private static void integers(DataOutputStream pickle, long[] values) throws IOException {
        pickle.writeByte('(');
        for (long value : values) {
            integer(pickle, value);
        }
        pickle.writeByte('t');
    }

    private static void integer(DataOutputStream pickle, long value) throws IOException {
        pickle.writeByte('J');
        pickle.writeInt(Integer.reverseBytes(Math.toIntExact(value)));
    }

    private static void global(DataOutputStream pickle, String module, String name) throws IOException {
        pickle.writeBytes("c" + module + "\n" + name + "\n");
    }

    private static void text(DataOutputStream pickle, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        pickle.writeByte('X');
        pickle.writeInt(Integer.reverseBytes(utf8.length));
        pickle.write(utf8);
    }
}
