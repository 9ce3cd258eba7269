package inkhorn.train.log;

import inkhorn.train.RunRecord;
import inkhorn.train.TrainEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A run's event files for TensorBoard: scalars, the texts of evaluations and, as hyper-parameters, the config. Each
 * process writes a file of its own. The file of a resumed run begins with the start of a session, at which TensorBoard
 * discards the later steps of earlier files.
 *
 * <p>The messages are those of TensorFlow's event.proto, summary.proto and tensor.proto, and TensorBoard's
 * plugins/hparams/plugin_data.proto.
 */
final class TensorBoardLog implements MetricsLog {

    private static final int EVENT_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int EVENT_SESSION = 7;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SCALAR = 2;
    private static final int VALUE_TENSOR = 8;
    private static final int VALUE_METADATA = 9;
    private static final int METADATA_PLUGIN = 1;
    private static final int METADATA_CLASS = 4;
    private static final int PLUGIN_NAME = 1;
    private static final int PLUGIN_CONTENT = 2;
    private static final int CLASS_TENSOR = 2;
    private static final int TENSOR_TYPE = 1;
    private static final int TENSOR_SHAPE = 2;
    private static final int TENSOR_FLOAT = 5;
    private static final int TENSOR_STRING = 8;
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_STRING = 7;
    private static final int SESSION_STATUS = 1;
    private static final int SESSION_STARTS = 1;
    private static final int HPARAMS_EXPERIMENT = 2;
    private static final int HPARAMS_START = 3;
    private static final int HPARAMS_END = 4;
    private static final int EXPERIMENT_TIME = 3;
    private static final int EXPERIMENT_HPARAM = 4;
    private static final int EXPERIMENT_METRIC = 5;
    private static final int METRIC_NAME = 1;
    private static final int METRIC_NAME_TAG = 2;
    private static final int HPARAM_NAME = 1;
    private static final int HPARAM_TYPE = 4;
    private static final int START_HPARAMS = 1;
    private static final int START_TIME = 5;
    private static final int END_STATUS = 1;
    private static final int END_TIME = 2;

    private final Path directory;
    private final EventFile file;

    private TensorBoardLog(Path directory, EventFile file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * The log of a run that goes on after these records.
     *
     * @param parameters the config's values by dotted key
     * @param step       steps done
     * @param anew       whether earlier files are of another history; they are removed
     */
    static TensorBoardLog open(Path directory, Map<String, Object> parameters, String yaml, List<RunRecord> history,
            long step, boolean anew) {
        try {
            List<Path> files = EventFile.in(directory);
            if (anew) {
                for (Path old : files) {
                    Files.delete(old);
                }
            }
            // Less than the step where a process in between wrote no such log.
            long known = anew || files.isEmpty() ? -1 : Math.min(step, lastStep(files));
            TensorBoardLog log = new TensorBoardLog(directory, EventFile.create(directory));
            log.event(0, new ProtoWriter().text(EVENT_VERSION, "brain.Event:2"));
            log.event(known + 1, new ProtoWriter().message(EVENT_SESSION,
                    new ProtoWriter().whole(SESSION_STATUS, SESSION_STARTS)));
            log.hyperparameters(parameters);
            if (known < 0) {
                log.text(0, "config", yaml);
            }
            history.stream().filter(record -> record.step() > known).forEach(log::append);
            return log;
        } catch (IOException e) {
            throw RunLog.failed(directory, e);
        }
    }

    private static long lastStep(List<Path> files) throws IOException {
        long last = 0;
        for (Path file : files) {
            last = Math.max(last, EventFile.lastStep(file));
        }
        return last;
    }

    @Override
    public void append(RunRecord record) {
        try {
            if (record instanceof TrainEvent.Sampled sampled) {
                text(sampled.step(), "sample", sampled.text());
                return;
            }
            ProtoWriter summary = new ProtoWriter();
            Scalars.of(record).forEach((tag, value) -> summary.message(SUMMARY_VALUE,
                    new ProtoWriter().text(VALUE_TAG, tag).single(VALUE_SCALAR, value.floatValue())));
            event(record.step(), new ProtoWriter().message(EVENT_SUMMARY, summary));
        } catch (IOException e) {
            throw RunLog.failed(directory, e);
        }
    }

    @Override
    public void close(Outcome outcome) {
        try (file) {
            ProtoWriter end = new ProtoWriter().whole(END_STATUS, switch (outcome) {
                case FINISHED -> 1;
                case FAILED -> 2;
                case STOPPED -> 3;      // "running": it can go on
            }).decimal(END_TIME, now());
            hparams("_hparams_/session_end_info", new ProtoWriter().message(HPARAMS_END, end));
        } catch (IOException e) {
            throw RunLog.failed(directory, e);
        }
    }

    /** What the HPARAMS tab has a column for, and this run's values. */
    private void hyperparameters(Map<String, Object> parameters) throws IOException {
        ProtoWriter experiment = new ProtoWriter().decimal(EXPERIMENT_TIME, now());
        ProtoWriter start = new ProtoWriter();
        parameters.forEach((name, value) -> {
            boolean number = value instanceof Number;
            int type = value instanceof Boolean ? 2 : number ? 3 : 1;
            experiment.message(EXPERIMENT_HPARAM, new ProtoWriter().text(HPARAM_NAME, name).whole(HPARAM_TYPE, type));
            ProtoWriter given = value instanceof Boolean truth ? new ProtoWriter().whole(4, truth ? 1 : 0)
                    : number ? new ProtoWriter().decimal(2, ((Number) value).doubleValue())
                    : new ProtoWriter().text(3, String.valueOf(value));
            // An entry of a map: its key, its value.
            start.message(START_HPARAMS, new ProtoWriter().text(1, name).message(2, given));
        });
        for (String metric : List.of(Scalars.VALIDATION_LOSS, Scalars.TRAINING_LOSS)) {
            experiment.message(EXPERIMENT_METRIC, new ProtoWriter().message(METRIC_NAME,
                    new ProtoWriter().text(METRIC_NAME_TAG, metric)));
        }
        hparams("_hparams_/experiment", new ProtoWriter().message(HPARAMS_EXPERIMENT, experiment));
        hparams("_hparams_/session_start_info",
                new ProtoWriter().message(HPARAMS_START, start.decimal(START_TIME, now())));
    }

    /** The plugin reads its content; the tensor has to be there, and is of no meaning. */
    private void hparams(String tag, ProtoWriter content) throws IOException {
        ProtoWriter nothing = new ProtoWriter().whole(TENSOR_TYPE, TYPE_FLOAT)
                .message(TENSOR_SHAPE, new ProtoWriter()).single(TENSOR_FLOAT, 0);
        ProtoWriter plugin = new ProtoWriter().text(PLUGIN_NAME, "hparams").message(PLUGIN_CONTENT, content);
        value(0, new ProtoWriter().text(VALUE_TAG, tag).message(VALUE_TENSOR, nothing)
                .message(VALUE_METADATA, new ProtoWriter().message(METADATA_PLUGIN, plugin)));
    }

    /** As a block of code, since TensorBoard reads texts as Markdown, in which line breaks are spaces. */
    private void text(long step, String tag, String text) throws IOException {
        ProtoWriter tensor = new ProtoWriter().whole(TENSOR_TYPE, TYPE_STRING)
                .message(TENSOR_SHAPE, new ProtoWriter()).text(TENSOR_STRING, text.indent(4));
        ProtoWriter plugin = new ProtoWriter().text(PLUGIN_NAME, "text");
        value(step, new ProtoWriter().text(VALUE_TAG, tag).message(VALUE_TENSOR, tensor).message(VALUE_METADATA,
                new ProtoWriter().message(METADATA_PLUGIN, plugin).whole(METADATA_CLASS, CLASS_TENSOR)));
    }

    private void value(long step, ProtoWriter value) throws IOException {
        event(step, new ProtoWriter().message(EVENT_SUMMARY, new ProtoWriter().message(SUMMARY_VALUE, value)));
    }

    /** An event: its time, its step, and one field. */
    private void event(long step, ProtoWriter field) throws IOException {
        ProtoWriter event = new ProtoWriter().decimal(EVENT_TIME, now());
        if (step != 0) {
            event.whole(EVENT_STEP, step);
        }
        file.append(concat(event.toBytes(), field.toBytes()));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** In seconds. */
    private static double now() {
        return System.currentTimeMillis() * 1e-3;
    }
}
