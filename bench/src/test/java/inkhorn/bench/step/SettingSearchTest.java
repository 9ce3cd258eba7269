package inkhorn.bench.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import inkhorn.bench.step.Engine.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SettingSearchTest {

    private static final List<Setting> ALL = List.of(Setting.values());
    private static final double PLENTY = 1e6;

    private final List<Setting> started = new ArrayList<>();
    private final List<Setting> running = new ArrayList<>();
    private int mostAtOnce;

    @Test
    void theFastestSettingIsFoundWhereverItStands() {
        for (Setting fastest : ALL) {
            assertThat(search(fastest, PLENTY).among("MKL", ALL).setting()).isEqualTo(fastest);
        }
    }

    @Test
    void everySettingIsTriedAndItsTurnsAreKept() {
        SettingSearch.FoundSetting found = search(Setting.THP, PLENTY).among("MKL", ALL);
        assertThat(started).containsExactlyElementsOf(ALL);
        assertThat(found.duels()).extracting(SettingSearch.Duel::challenger)
                .containsExactly("passive", "thp", "passive_thp");
        assertThat(found.duels())
                .allSatisfy(duel -> assertThat(duel.championMs()).hasSameSizeAs(duel.challengerMs()).hasSize(5));
    }

    @Test
    void withoutTimeEachPairStillHasOneTurn() {
        SettingSearch.FoundSetting found = search(Setting.PASSIVE, 0).among("MKL", ALL);
        assertThat(found.duels()).hasSize(3).allSatisfy(duel -> assertThat(duel.championMs()).hasSize(1));
        assertThat(found.setting()).isEqualTo(Setting.PASSIVE);
    }

    @Test
    void noMoreThanTwoProcessesRunAtOnceAndNoneIsLeft() {
        search(Setting.PASSIVE, PLENTY).among("MKL", ALL);
        assertThat(mostAtOnce).isEqualTo(2);
        assertThat(running).isEmpty();
    }

    @Test
    void aSettingThatFailsLeavesNoProcessBehind() {
        SettingSearch search = new SettingSearch(
                setting -> new FixedRacer(setting, setting == Setting.THP ? Double.NaN : 1), PLENTY, line -> { });
        assertThatThrownBy(() -> search.among("MKL", ALL)).hasMessage("out of memory");
        assertThat(running).isEmpty();
    }

    @Test
    void aSingleSettingIsTakenWithoutAProcess() {
        SettingSearch.FoundSetting found = search(Setting.DEFAULT, PLENTY).among("OpenBLAS", List.of(Setting.PASSIVE));
        assertThat(found).isEqualTo(new SettingSearch.FoundSetting("OpenBLAS", Setting.PASSIVE, List.of()));
        assertThat(started).isEmpty();
    }

    private SettingSearch search(Setting fastest, double seconds) {
        Map<Setting, Double> ms = new java.util.EnumMap<>(Setting.class);
        IntStream.range(0, ALL.size()).forEach(i -> ms.put(ALL.get(i), 10.0 + i));
        ms.put(fastest, 5.0);
        return new SettingSearch(setting -> new FixedRacer(setting, ms.get(setting)), seconds, line -> { });
    }

    private final class FixedRacer implements SettingSearch.Racer {
        private final Setting setting;
        private final double ms;

        FixedRacer(Setting setting, double ms) {
            this.setting = setting;
            this.ms = ms;
            started.add(setting);
            running.add(setting);
            mostAtOnce = Math.max(mostAtOnce, running.size());
        }

        @Override
        public double turn() {
            if (Double.isNaN(ms)) {
                throw new IllegalStateException("out of memory");
            }
            return ms;
        }

        @Override
        public void close() {
            assertThat(running.remove(setting)).as("%s is closed once", setting).isTrue();
        }
    }
}
