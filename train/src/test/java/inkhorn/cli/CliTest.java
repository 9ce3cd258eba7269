package inkhorn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inkhorn.autograd.kernel.KernelProvider;
import inkhorn.checkpoint.CheckpointException;
import inkhorn.cli.launch.PlainCommands;
import inkhorn.cli.options.IneffectiveOptions;
import inkhorn.cli.options.PromptOptions;
import inkhorn.cli.options.StrategyOptions;
import inkhorn.config.UserError;
import inkhorn.data.DataException;
import inkhorn.generate.Beams;
import inkhorn.generate.Penalties;
import inkhorn.generate.Warping;
import inkhorn.train.Resumption;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CliTest {

    private final Program program = new Program();

    @TempDir
    private Path directory;
    private String config;

    @BeforeEach
    void writeConfig() throws IOException {
        config = Files.writeString(directory.resolve("my.yaml"), "train:\n  max_iters: 10\n").toString();
    }

    @AfterAll
    static void backToTheDefaultKernels() {
        KernelProvider.choose(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void noArgumentsPrintTheUsageAndAreAnError() {
        assertThat(program.run()).isEqualTo(2);
        assertThat(program.err()).contains("Usage: java -jar train.jar CONFIG");
    }

    @Test
    void helpAndVersionAreForStandardOutput() {
        assertThat(program.run("--help")).isZero();
        assertThat(program.run("--version")).isZero();
        assertThat(program.run("sample", "--help")).isZero();
        assertThat(program.out()).contains("--resume", "sample", "parity", "inkhorn ", "--temperature=T")
                .doesNotContain("--optim.lr ");
        assertThat(program.err()).isEmpty();
    }

    @Test
    void whatStaysInTheFirstJvmAreCommands() {
        for (String name : PlainCommands.NAMES) {
            program.run(name, "--help");
            assertThat(program.out()).contains("train.jar " + name);
        }
    }

    @Test
    void aConfigAloneMeansTrain() {
        TrainCommand train = program.parsed(TrainCommand.class, config);
        assertThat(train.resolved().train().maxIters()).isEqualTo(10);
        assertThat(train.resumption()).isEmpty();
        assertThat(train).extracting("noProbe").isEqualTo(false);
        assertThat(train.engine.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(train.engine.isScalar()).isFalse();
    }

    @Test
    void keysAndOptionsMayStandInAnyOrderWithAndWithoutEqualsSign() {
        TrainCommand train = program.parsed(TrainCommand.class, "--train.max_iters", "200", config, "--optim.lr=5e-4",
                "--resume", "--threads", "3",
                "--kernels=scalar", "--no-probe");
        assertThat(train.resolved().train().maxIters()).isEqualTo(200);
        assertThat(train.resolved().optim().lr()).isEqualTo(5e-4);
        assertThat(train.resumption()).contains(new Resumption("", false));
        assertThat(train).extracting("noProbe").isEqualTo(true);
        assertThat(train.engine.threads()).isEqualTo(3);
        assertThat(train.engine.isScalar()).isTrue();
    }

    @Test
    void sampleHasSensibleDefaults() {
        SampleCommand sample = program.parsed(SampleCommand.class, "sample", "checkpoints/x");
        assertThat(sample.order()).isEqualTo(new TextWriter.Order(
                new StrategyOptions.Strategy(Penalties.NONE, Optional.of(new Warping(0.8, 200, 1, 0, 1)),
                Optional.empty()), 500, 1, 1337, List.of(), true, false, true));
        assertThat(sample.prompt.source()).isEqualTo(new PromptOptions.Prompt("", null, false));
        assertThat(sample).extracting("from", "stats").containsExactly("checkpoints/x", false);
    }

    @Test
    void sampleTakesEveryOption() {
        SampleCommand sample = program.parsed(SampleCommand.class, "sample", "x", "--prompt", "@ROMEO: --x",
                "--tokens=7", "--temperature", "0.5",
                "--top-k=0", "--seed=-4", "--num=3", "--top-p=0.9", "--min-p=0.05", "--typical-p", "0.7",
                "--repetition-penalty=1.3",
                "--presence-penalty=-0.5", "--no-repeat-ngram=3", "--stop", "\n", "--stop=THE END", "--no-slide",
                "--json", "--no-cache", "--stats");
        assertThat(sample.order()).isEqualTo(new TextWriter.Order(
                new StrategyOptions.Strategy(new Penalties(1.3, -0.5, 3),
                Optional.of(new Warping(0.5, 0, 0.9, 0.05, 0.7)), Optional.empty()),
                7, 3, -4, List.of("\n", "THE END"), false, true, false));
        assertThat(sample.prompt.source()).isEqualTo(new PromptOptions.Prompt("@ROMEO: --x", null, false));
        assertThat(sample).extracting("stats").isEqualTo(true);
    }

    @Test
    void sampleTakesTheLikeliestOrSearchesWithBeams() {
        StrategyOptions.Strategy greedy = new StrategyOptions.Strategy(Penalties.NONE, Optional.empty(),
                Optional.empty());
        assertSamples(greedy, new PromptOptions.Prompt(null, null, false), "--greedy", "--prompt=-");
        assertSamples(greedy, new PromptOptions.Prompt(null, Path.of("a.txt"), false), "--temperature=0", "--top-k=0",
                "--prompt-file=a.txt");
        assertSamples(new StrategyOptions.Strategy(Penalties.NONE, Optional.empty(),
                Optional.of(new Beams(4, -0.5, Beams.EarlyStopping.TRUE))),
                new PromptOptions.Prompt("", null, true), "--beam=4", "--num=2", "--length-penalty=-0.5",
                "--early-stopping", "--interactive");
    }

    private void assertSamples(StrategyOptions.Strategy strategy, PromptOptions.Prompt prompt, String... options) {
        List<String> args = new ArrayList<>(List.of("sample", "x"));
        args.addAll(List.of(options));
        SampleCommand sample = program.parsed(SampleCommand.class, args.toArray(String[]::new));
        assertThat(sample.order().strategy()).isEqualTo(strategy);
        assertThat(sample.prompt.source()).isEqualTo(prompt);
    }

    @Test
    void anEmptyStopStringIsOneLineAndExitCode2() {
        assertThat(program.run("sample", "x", "--stop", "a", "--stop", "")).isEqualTo(2);
        assertThat(program.err())
                .isEqualTo("error: --stop: found nothing, expected a text of at least one character; leave it out to"
                + " stop at none" + System.lineSeparator());
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "sample x --tokens=0           | --tokens: found 0, expected a whole number >= 1",
        "sample x --tokens=many        | --tokens: found many, expected a whole number >= 1",
        "sample x --tokens=1000000000000 | --tokens: found 1000000000000, expected a whole number between 1 and"
        + " 2147483647",
        "sample x --tokens=99999999999999999999 | --tokens: found 99999999999999999999, expected a whole number"
        + " between 1 and 2147483647",
        "sample x --temperature=-0.1   | --temperature: found -0.1, expected a number >= 0",
        "sample x --temperature=NaN    | --temperature: found NaN, expected a number >= 0",
        "sample x --temperature=hot    | --temperature: found hot, expected a number >= 0",
        "sample x --top-k=-1           | --top-k: found -1, expected a whole number >= 0",
        "sample x --top-p=1.5          | --top-p: found 1.5, expected a number above 0 and at most 1",
        "sample x --top-p=0            | --top-p: found 0, expected a number above 0 and at most 1",
        "sample x --min-p=2            | --min-p: found 2, expected a number between 0 and 1",
        "sample x --typical-p=-1       | --typical-p: found -1, expected a number above 0 and at most 1",
        "sample x --repetition-penalty=0 | --repetition-penalty: found 0, expected a number above 0",
        "sample x --presence-penalty=x | --presence-penalty: found x, expected a number",
        "sample x --no-repeat-ngram=-1 | --no-repeat-ngram: found -1, expected a whole number >= 0",
        "sample x --beam=0             | --beam: found 0, expected a whole number between 1 and 1024",
        "sample x --beam=2 --num=3     | --num: found 3, expected at most 2, the number of beams; raise --beam",
        "sample x --beam=2 --greedy    | --greedy: has no effect with --beam, which draws nothing; leave one of them"
        + " out",
        "sample x --beam=2 --top-p=0.9 | --top-p: has no effect with --beam, which draws nothing; leave one of them"
        + " out",
        "sample x --greedy --temperature=0.7 | --temperature: has no effect with --greedy, which draws nothing; leave"
        + " one of them out",
        "sample x --length-penalty=2   | --length-penalty: has no effect without --beam; add --beam N or leave it out",
        "sample x --beam=2 --early-stopping=often | --early-stopping: found often, expected true or false or never",
        "sample x --prompt=a --prompt-file=b | --prompt and --prompt-file: expected one of them; leave out the others",
        "sample x --seed=1.5           | --seed: found 1.5, expected a whole number",
        "sample x --num=0              | --num: found 0, expected a whole number >= 1",
        "sample x --threads=0          | --threads: found 0, expected a whole number between 1 and 1024",
        "sample x --kernels=cuda       | --kernels: found cuda, expected vector or scalar",
        "sample x --train.max_iters=2  | --train.max_iters: unknown option; see --help",
        "sample x --temprature=1       | --temprature: unknown option; did you mean --temperature?",
        "sample                        | Missing required parameter: 'RUN_OR_CHECKPOINT'; --help shows how",
        "sample x y                    | y: one argument too many; quote what has spaces, and see --help",
        "--resume sample x             | --resume stands before the command sample; put options behind it",
        "describe x                    | x: no such file or directory; give a config such as configs/gpt2.yaml, a run"
        + " or a checkpoint",
        "describe pom.xml --batch=2    | --batch: found 2, expected sequences x tokens of each, as 2x4",
        "describe pom.xml --batch=0x4  | --batch: found 0, expected a whole number >= 1",
        "describe pom.xml --table=all  | --table: found all, expected parameters or memory or walk",
        "describe pom.xml --csv --json | --csv: found beside --json, expected one of them",
        "explain x --top-p=1.5         | --top-p: found 1.5, expected a number above 0 and at most 1",
        "explain x --beam=2            | --beam: unknown option; see --help",
        "explain x --top=0             | --top: found 0, expected a whole number >= 1",
        "neighbours x                  | Missing required option: '--token=TEXT'; --help shows how",
        "doctor x y                    | y: one argument too many; quote what has spaces, and see --help",
        "doctor nowhere.yaml           | nowhere.yaml: no such file; give a config such as"
        + " configs/shakespeare-char.yaml",
        "serve --port=70000            | --port: found 70000, expected a whole number between 0 and 65535",
        "serve --host=0.0.0.0          | --host: 0.0.0.0 can be reached from other machines: give a token with --token",
        "x.yaml --host=0.0.0.0         | --host: has no effect without --serve; add --serve or leave it out",
        "smaple x                      | smaple: neither a file nor a command; did you mean sample?",
        "nowhere.yaml                  | nowhere.yaml: no such file; give a config such as"
        + " configs/shakespeare-char.yaml",
        "nowhere.yaml --resum          | --resum: unknown option; did you mean --resume?",
        "nowhere.yaml --train.maxiters=2 | --train.maxiters: unknown key; did you mean --train.max_iters?",
        "--resume                      | no CONFIG given; give one such as configs/shakespeare-char.yaml, or --help",
        "x.yaml --KEY=2 | --KEY: stands for a key of the config, such as --train.max_iters=200; docs/config.md lists"
        + " them"})
    void wrongUsageIsOneLineAndExitCode2(String args, String line) {
        assertThat(program.run(args.split(" +"))).isEqualTo(2);
        assertThat(program.err()).isEqualTo("error: " + line + System.lineSeparator());
        assertThat(program.out()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', value = {
        "sample x --greedy --seed=2           | --seed: has no effect with --greedy",
        "sample x --beam=2 --seed=2           | --seed: has no effect with --beam",
        "sample x --temperature=0.0 --top-k=5 | --top-k: has no effect with --temperature 0",
        "sample x --threads=3 --kernels=scalar | --threads: has no effect on scalar kernels, which compute on one"
        + " thread",
        "explain x --greedy --seed=2          | --seed: has no effect with --greedy",
        "prepare --input pom.xml --out x --tokenizer=char --glob=*.md | --glob: has no effect without a directory in"
        + " --input",
        "prepare --input pom.xml --out x --tokenizer=char --field=body | --field: has no effect without JSON lines in"
        + " --input",
        "prepare --input pom.xml --out x --tokenizer=char --seed=2 | --seed: has no effect with a single text",
        "describe pom.xml --json --table=walk | --table: has no effect with --json",
        "describe pom.xml --csv --batch=2x4   | --batch: has no effect on the table of parameters",
        "tokenize --text=a --tokenizer=gpt2 --corpus=pom.xml | --corpus: has no effect with a tokenizer that learns"
        + " nothing here",
        "tokenize --text=a --tokenizer=char --vocab-size=99 | --vocab-size: has no effect with a tokenizer whose"
        + " vocabulary is whatever the text has"})
    void anOptionWithoutEffectIsNoted(String args, String line) {
        List<String> notes = new ArrayList<>();
        assertThat(IneffectiveOptions.refused(program.given(args.split(" +")), notes::add)).isEmpty();
        assertThat(notes).singleElement().asString().startsWith(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sample x --seed=2", "sample x --temperature=0.5 --top-k=5 --seed=2",
        "prepare --input . --out x --tokenizer=char --glob=*.md --seed=2",
        "describe pom.xml --table=walk --batch=2x4",
        "tokenize --text=a --tokenizer=bpe --corpus=pom.xml --vocab-size=300",
        "tokenize --text=a --compare --tokenizer=gpt2 --corpus=pom.xml", "doctor --kernels=scalar --threads=2",
        "prepare --input pom.xml --out x --tokenizer=char --threads=2"})
    void optionsThatCountAreNotNoted(String args) {
        List<String> notes = new ArrayList<>();
        assertThat(IneffectiveOptions.refused(program.given(args.split(" +")), notes::add)).isEmpty();
        assertThat(notes).isEmpty();
    }

    @Test
    void notesStandOnStandardErrorBeforeTheCommandRuns() {
        assertThat(program.run("sample", "nowhere", "--greedy", "--seed=2", "--kernels=scalar")).isEqualTo(2);
        assertThat(program.err().lines().toList()).hasSize(2).first().asString()
                .startsWith("note: --seed: has no effect with --greedy");
    }

    @Test
    void ofARepeatedOptionOrKeyTheLastOneCountsAndStopsAddUp() {
        TextWriter.Order order = program.parsed(SampleCommand.class, "sample", "x", "--tokens=1", "--seed", "1",
                "--greedy", "--json", "--stop=a",
                "--tokens", "2", "--seed=2", "--json", "--greedy", "--stop=b").order();
        assertThat(order).extracting("tokens", "seed", "json", "stops").containsExactly(2, 2L, true, List.of("a", "b"));
        TrainCommand train = program.parsed(TrainCommand.class, config, "--train.max_iters=5", "--threads=2",
                "--resume", "--train.max_iters=7",
                "--threads", "1", "--resume");
        assertThat(train.resolved().train().maxIters()).isEqualTo(7);
        assertThat(train.engine.threads()).isEqualTo(1);
        assertThat(train.resumption()).isPresent();
    }

    @Test
    void everyConfigErrorHasItsOwnLine() {
        assertThat(program.run(config, "--train.max_iters=x", "--train.keep=0")).isEqualTo(2);
        assertThat(program.err().lines()).containsExactly(
                "error: --train.max_iters: found x, expected a whole number; the default is 5000",
                "error: --train.keep: found 0, expected a whole number >= 1; the default is 3");
    }

    @Test
    void failuresAreOneLineWithTheirExitCode() {
        assertFailure(new UserError("text.txt: empty; give some text"), 2, "text.txt: empty; give some text");
        assertFailure(new DataException("text.txt: too short;\ngive more"), 2, "text.txt: too short; give more");
        assertFailure(CheckpointException.userError("run: damaged; use another"), 2, "run: damaged; use another");
        assertFailure(CheckpointException.runFailure("run: the disk is full", null), 1, "run: the disk is full");
        assertFailure(new UncheckedIOException(new AccessDeniedException("out")), 1,
                "out: permission denied; choose another directory or change its permissions");
        assertFailure(new FileSystemException("out/a", null, "No space left on device"), 1,
                "out/a: No space left on device");
        assertFailure(new IOException("broken\n  pipe"), 1, "reading or writing failed: broken pipe");
        assertFailure(new IllegalStateException("step 3"), 1,
                "unexpected IllegalStateException: step 3; --debug shows where");
        assertFailure(new OutOfMemoryError("Java heap space"), 1, "out of memory (Java's heap may grow to "
                + (Runtime.getRuntime().maxMemory() >> 20)
                + " MiB): lower train.batch_size, model.block_size or model.n_embd," + " or give more with java -Xmx");
    }

    @Test
    void aFailureOfACommandIsTheProgramsEvenWhereMemoryRanOut() {
        program.examination = (threads, scalar) -> {
            throw new OutOfMemoryError("Java heap space");
        };
        assertThat(program.run("doctor")).isEqualTo(1);
        assertThat(program.err().lines()).singleElement().asString().startsWith("error: out of memory");
    }

    @Test
    void aStackTraceIsShownForDebugOnly() {
        assertThat(program.run("nowhere.yaml")).isEqualTo(2);
        assertThat(program.err()).doesNotContain("\tat ");
        assertThat(program.run("nowhere.yaml", "--debug")).isEqualTo(2);
        assertThat(program.err()).contains("\tat inkhorn.cli.TrainCommand");
    }

    private static void assertFailure(Throwable failure, int exitCode, String line) {
        assertThat(Failure.of(failure)).isEqualTo(new Failure(exitCode, List.of(line)));
    }
}
