using NetVips;

namespace Vigil.ReviewConsole.Pictures;

/// <summary>Pictures of the tests, drawn here.</summary>
internal static class Drawn
{
    /// <summary>Wide, with a colour that changes from left to right.</summary>
    public static Image Gradient(int width = 240, int height = 120)
    {
        using var ramp = Image.Identity(size: 256).Resize(width / 256.0, vscale: height);
        return ramp.Bandjoin(ramp, ramp).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    public static byte[] Jpeg(int width = 240, int height = 120)
    {
        using var image = Gradient(width, height);
        return image.JpegsaveBuffer();
    }

    /// <summary>A picture whose camera was held upright, with words of its owner in it.</summary>
    public static byte[] TurnedJpeg()
    {
        using var image = Gradient();
        using var turned = image.Mutate(mutable =>
        {
            mutable.Set(GValue.GIntType, "orientation", 6);
            mutable.Set(GValue.GStrType, "exif-ifd0-ImageDescription", "where it was taken");
        });
        return turned.JpegsaveBuffer();
    }

    public static byte[] CmykJpeg()
    {
        using var image = Gradient();
        using var cmyk = image.Colourspace(Enums.Interpretation.Cmyk);
        return cmyk.JpegsaveBuffer();
    }

    public static byte[] DeepPng()
    {
        using var image = Gradient();
        using var deep = image.Colourspace(Enums.Interpretation.Rgb16);
        return deep.PngsaveBuffer();
    }

    /// <summary>Black all over, and transparent all over.</summary>
    public static byte[] HiddenPng()
    {
        using var hidden = Image.Black(64, 64, bands: 4).Copy(interpretation: Enums.Interpretation.Srgb);
        return hidden.PngsaveBuffer();
    }

    public static byte[] LargePng(int side)
    {
        using var image = Image.Black(side, side);
        return image.PngsaveBuffer(compression: 1);
    }

    public static byte[] Gif(int frames)
    {
        const int Side = 16;
        using var noise = Image.Gaussnoise(Side, Side * frames, mean: 128, sigma: 60).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Bw);
        using var pages = noise.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", Side));
        return pages.GifsaveBuffer();
    }
}
