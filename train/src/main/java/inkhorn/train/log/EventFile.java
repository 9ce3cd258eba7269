package inkhorn.train.log;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * A file of events in TensorFlow's record format: each record is its length (8 bytes, little-endian), the masked
 * CRC-32C of the length, the event, the masked CRC-32C of the event.
 *
 * @see <a href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h">its writer</a>
 */
final class EventFile implements Closeable {

    private static final String PREFIX = "events.out.tfevents.";
    private static final int HEADER = Long.BYTES + Integer.BYTES;
    private static final int MASK = 0xa282ead8;
    private static final int STEP = 2;
    private static final int LONGEST_VARINT = 64;

    private final FileOutputStream out;

    private EventFile(FileOutputStream out) {
        this.out = out;
    }

    /** A new file of this directory, which TensorBoard reads after those that are there. */
    static EventFile create(Path directory) throws IOException {
        List<Path> files = in(directory);
        long after = files.isEmpty() ? 0 : seconds(files.get(files.size() - 1)) + 1;
        long seconds = Math.max(System.currentTimeMillis() / 1000, after);
        String name = String.format(Locale.ROOT, "%s%010d.%s.%d.0", PREFIX, seconds, host(),
                ProcessHandle.current().pid());
        return new EventFile(new FileOutputStream(directory.resolve(name).toFile()));
    }

    /** The files of a directory, in the order in which TensorBoard reads them. */
    static List<Path> in(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, PREFIX + "*")) {
            found.forEach(files::add);
        }
        Collections.sort(files);
        return files;
    }

    /** Appends an event, in one write. */
    void append(byte[] event) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(HEADER + event.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(event.length);
        record.putInt(maskedCrc(record.array(), 0, Long.BYTES));
        record.put(event);
        record.putInt(maskedCrc(event, 0, event.length));
        out.write(record.array());
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    /** The largest step of its events, as far as the file is whole; 0 where it has none. */
    static long lastStep(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        long last = 0;
        while (bytes.remaining() >= HEADER) {
            long length = bytes.getLong();
            bytes.getInt();
            if (length < 0 || length + Integer.BYTES > bytes.remaining()) {
                break;
            }
            last = Math.max(last, step(bytes.slice(bytes.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN)));
            bytes.position(bytes.position() + (int) length + Integer.BYTES);
        }
        return last;
    }

    /** CRCs of data that hold CRCs are weak, hence the mask. */
    static int maskedCrc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK;
    }

    /** Of an event as {@link TensorBoardLog} writes it: its time, then its step where that is not 0. */
    private static long step(ByteBuffer event) {
        event.position(Math.min(event.limit(), 1 + Double.BYTES));
        if (!event.hasRemaining() || event.get() != STEP << 3) {
            return 0;
        }
        long step = 0;
        for (int shift = 0; shift < LONGEST_VARINT && event.hasRemaining(); shift += 7) {
            byte next = event.get();
            step |= (next & 0x7FL) << shift;
            if (next >= 0) {
                break;
            }
        }
        return step;
    }

    private static long seconds(Path file) {
        String digits = file.getFileName().toString().substring(PREFIX.length()).split("\\.")[0];
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : 0;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9_-]", "_");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
