package dev.tenth.torch;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The file in which libtorch keeps a TorchScript module: an uncompressed zip with the code, the module object as a pickle
 * (here: one class with an empty list of tensors), an empty pickle of constants, and the version of the format.
 */
final class TorchScriptArchive {
    /** The version of the format that libtorch has written since 1.6. */
    private static final String VERSION = "3\n";

    private TorchScriptArchive() {}

    static byte[] of(String code) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "program/data.pkl", module());
            store(zip, "program/code/__torch__.py", code.getBytes(StandardCharsets.UTF_8));
            store(zip, "program/constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'});
            store(zip, "program/version", VERSION.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        // The same program gives the same bytes.
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    /** {@code Program} with its attributes {@code _state = []} and {@code _leaves = []}, in pickle's protocol 2. */
    private static byte[] module() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream pickle = new DataOutputStream(bytes);
        pickle.write(new byte[] {(byte) 0x80, 2}); // protocol
        global(pickle, "__torch__", "Program");
        pickle.write(new byte[] {')', (byte) 0x81, '}', '('}); // (), new object, {}, mark
        emptyList(pickle, "_state");
        emptyList(pickle, "_leaves");
        pickle.writeBytes("ub."); // set items, build, stop
        return bytes.toByteArray();
    }

    private static void emptyList(DataOutputStream pickle, String name) throws IOException {
        text(pickle, name);
        global(pickle, "torch.jit._pickle", "build_tensorlist");
        pickle.write(new byte[] {']', (byte) 0x85, 'R'}); // [], tuple of one, reduce
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
